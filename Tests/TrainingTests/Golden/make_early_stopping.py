"""Makes early_stopping.json: after which evaluation transformers' EarlyStoppingCallback ends a training.

Needs transformers. Each case has the figures of evaluations, of which more is better.
"""
import json
import os
import random
import types

from transformers import EarlyStoppingCallback, TrainerControl, TrainerState

folder = os.path.dirname(os.path.abspath(__file__))
random.seed(5)
cases = []
for patience in (1, 2, 3):
    for threshold in (0.0, 0.05):
        for _ in range(6):
            figures = [round(random.choice([0.5, 0.52, 0.6, 0.6, 0.65, 0.7]) + random.choice([0, 0.01]), 3) for _ in range(8)]
            callback = EarlyStoppingCallback(patience, threshold)
            state, control = TrainerState(), TrainerControl()
            arguments = types.SimpleNamespace(metric_for_best_model="figure", greater_is_better=True)
            stopped = None
            for epoch, figure in enumerate(figures, 1):
                # As the Trainer: the callback sees the best before this evaluation.
                callback.on_evaluate(arguments, state, control, {"eval_figure": figure})
                state.best_metric = figure if state.best_metric is None else max(state.best_metric, figure)
                if control.should_training_stop:
                    stopped = epoch
                    break
            cases.append({"patience": patience, "threshold": threshold, "figures": figures, "stopped": stopped})
with open(os.path.join(folder, "early_stopping.json"), "w") as file:
    json.dump(cases, file, indent=1)
    file.write("\n")
print(sum(case["stopped"] is not None for case in cases), "of", len(cases), "are stopped")
