/// How a page looks: light or dark as the reader's system is, and black on white on paper.
///
/// Nothing is told by colour alone: curves have dashes and markers, states have words, cells have numbers.
enum Style {
    static let css: HTML = """
        :root {
          color-scheme: light dark;
          --ground: #ffffff; --raised: #f5f6f8; --ink: #1b1f24; --quiet: #57606a; --rule: #d0d7de;
          --s0: #0b5cad; --s1: #b3501b; --s2: #1f7a3d; --s3: #7d3fa8; --bad: #b42318; --cell: 11 92 173;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --ground: #14171b; --raised: #1e2329; --ink: #e6e9ed; --quiet: #9da7b3; --rule: #3b434d;
            --s0: #6cb2f5; --s1: #f0a06b; --s2: #6fcf8f; --s3: #cf9bf0; --bad: #ff9089; --cell: 108 178 245;
          }
        }
        * { box-sizing: border-box; }
        body {
          margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 70rem; background: var(--ground); color: var(--ink);
          font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
        }
        h1 { font-size: 1.7rem; line-height: 1.2; margin: 0; overflow-wrap: anywhere; }
        h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; padding-bottom: .25rem; border-bottom: 1px solid var(--rule); }
        h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; overflow-wrap: anywhere; }
        p { margin: .5rem 0; max-width: 46rem; }
        .quiet { color: var(--quiet); }
        a { color: var(--s0); }
        nav { margin: 1rem 0; }
        nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: 0; padding: 0; list-style: none; }
        dl.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .2rem 1rem; margin: 1rem 0; }
        dl.facts dt { color: var(--quiet); }
        dl.facts dd { margin: 0; overflow-wrap: anywhere; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; }
        th, td { padding: .3rem .7rem; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: top; }
        thead th { border-bottom: 2px solid var(--quiet); white-space: nowrap; }
        td.number, th.number { text-align: right; white-space: nowrap; }
        td.text { min-width: 16rem; max-width: 34rem; white-space: pre-wrap; overflow-wrap: anywhere; }
        td.name, th.name { min-width: 6rem; max-width: 26rem; overflow-wrap: break-word; }
        td.words { min-width: 11rem; max-width: 26rem; overflow-wrap: break-word; }
        code, pre, td.digest { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
        td.digest { font-size: .75rem; overflow-wrap: anywhere; min-width: 9rem; }
        pre { background: var(--raised); border: 1px solid var(--rule); border-radius: 6px; padding: .75rem; margin: .5rem 0;
          font-size: .82rem; line-height: 1.45; white-space: pre-wrap; overflow-wrap: anywhere; counter-reset: line; }
        pre .line { display: block; padding-left: 3.2em; text-indent: -3.2em; min-height: 1.45em; }
        pre .line::before { counter-increment: line; content: counter(line); display: inline-block; width: 2.4em;
          margin-right: .8em; text-align: right; text-indent: 0; color: var(--quiet); user-select: none; }
        .grid-of-figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr));
          gap: 1.25rem; }
        figure { margin: 0; min-width: 0; }
        figcaption { font-size: .9rem; margin-bottom: .25rem; overflow-wrap: anywhere; }
        svg { font: 11px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }
        svg text { fill: var(--ink); }
        svg.chart { display: block; width: 100%; height: auto; max-width: 34rem; }
        svg.graph { display: block; max-width: none; }
        .tick { fill: var(--quiet); font-size: 10px; }
        .grid { stroke: var(--rule); stroke-width: 1; }
        .axis { stroke: var(--quiet); stroke-width: 1; }
        .line { fill: none; stroke-width: 1.6; stroke-linejoin: round; }
        .mark { stroke: var(--ink); stroke-width: 1; stroke-dasharray: 2 3; }
        .s0 { stroke: var(--s0); } .s1 { stroke: var(--s1); } .s2 { stroke: var(--s2); } .s3 { stroke: var(--s3); }
        .line.s1 { stroke-dasharray: 6 4; } .line.s2 { stroke-dasharray: 2 3; } .line.s3 { stroke-dasharray: 8 3 2 3; }
        .dot { stroke-width: 1; } .dot.s0 { fill: var(--s0); } .dot.s1 { fill: var(--s1); }
        .dot.s2 { fill: var(--s2); } .dot.s3 { fill: var(--s3); }
        .bar { fill: rgb(var(--cell) / .35); } .range { stroke: var(--s0); stroke-width: 1.4; }
        .ball { fill: var(--ground); stroke: var(--s0); stroke-width: 1.4; } svg .number { font-size: 10px; font-weight: 600; }
        .legend { display: flex; flex-wrap: wrap; gap: .1rem 1rem; margin: 0; padding: 0; list-style: none; font-size: .8rem; }
        .sample { display: inline-block; width: 30px; height: 10px; vertical-align: middle; }
        .box { fill: var(--raised); stroke: var(--quiet); stroke-width: 1; }
        .box.ran { stroke: var(--s0); stroke-width: 2.5; } .box.hit { stroke-width: 1; }
        .box.failed { stroke: var(--bad); stroke-width: 4; } .box.stopped { stroke-width: 2.5; stroke-dasharray: 7 4; }
        .box.waiting { stroke-dasharray: 2 4; }
        svg .name { font-weight: 600; } .edge { fill: none; stroke: var(--quiet); stroke-width: 1.2; } .tip { fill: var(--quiet); }
        td.cell { text-align: right; background: rgb(var(--cell) / calc(var(--share) * .55)); }
        td.right { font-weight: 700; outline: 1px solid var(--quiet); outline-offset: -3px; }
        .finding { border-left: 4px solid var(--quiet); padding: .1rem .8rem; margin: .5rem 0; }
        .finding.error { border-left: 6px double var(--bad); } .finding strong { text-transform: capitalize; }
        details { margin: .75rem 0; } summary { cursor: pointer; }
        mark { background: none; color: inherit; font-weight: 700; text-decoration: underline; }
        @media print {
          :root { --ground: #fff; --raised: #fff; --ink: #000; --quiet: #444; --rule: #bbb; --s0: #0b5cad; --s1: #b3501b;
            --s2: #1f7a3d; --s3: #7d3fa8; --bad: #b42318; --cell: 11 92 173; color-scheme: light; }
          @page { margin: 15mm; }
          body { max-width: none; padding: 0; font-size: 10pt; }
          nav { display: none; }
          .scroll { overflow: visible; }
          svg.graph { max-width: 100%; height: auto; }
          figure, tr, .finding { break-inside: avoid; }
          h2, h3, summary { break-after: avoid; }
          details::details-content { content-visibility: visible; block-size: auto; }
          td.cell { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
        }
        """
}
