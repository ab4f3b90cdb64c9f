import Foundation
import Stages

/// Runs a program for a worker, and ends it with all that it started when the worker is gone.
///
/// Standard input is a pipe that the worker holds. The program has a process group of its own, which is what is ended;
/// a program that leaves its group on purpose escapes.
enum Guard {
    /// What follows ``GuardedProgram/guardArgument``, nil where this process is no guard.
    static func program(in arguments: [String]) -> [String]? {
        arguments.first == GuardedProgram.guardArgument ? Array(arguments.dropFirst()) : nil
    }

    /// - Returns: the exit code: the program's own, or 128 and the signal that ended it.
    static func run(_ arguments: [String]) -> Int32 {
        // Before any other thread starts, so that every thread inherits it.
        var termination = sigset_t()
        sigemptyset(&termination)
        sigaddset(&termination, SIGTERM)
        pthread_sigmask(SIG_BLOCK, &termination, nil)
        let group: pid_t
        do {
            group = try spawn(arguments)
        } catch {
            FileHandle.standardError.write(Data("\(arguments.first ?? "") can't be started: \(error)\n".utf8))
            return 127
        }
        let awaited = termination
        Thread.detachNewThread {
            var awaited = awaited
            var received: Int32 = 0
            while sigwait(&awaited, &received) == 0 { kill(-group, SIGTERM) }
        }
        ParentWatch.start {
            kill(-group, SIGKILL)
            _exit(137)
        }
        var status: Int32 = 0
        while waitpid(group, &status, 0) < 0, errno == EINTR {}
        // What it left running in the background.
        kill(-group, SIGKILL)
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal
    }

    /// Starts a program as the leader of a group, with nothing on its standard input, and with signals as a program
    /// expects them: none ignored, none blocked.
    private static func spawn(_ arguments: [String]) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))

        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var process: pid_t = 0
        let error = posix_spawn(&process, arguments.first ?? "", &actions, &attributes, &words, environ)
        guard error == 0 else { throw POSIXError(POSIXErrorCode(rawValue: error) ?? .ENOEXEC) }
        return process
    }
}
