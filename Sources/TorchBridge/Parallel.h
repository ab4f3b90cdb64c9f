/* Loops on the threads of LibTorch's own team.

   Without a compiler's OpenMP, ATen's parallel_for is a loop on one thread. Clang's OpenMP would bring a library with
   threads of its own, and both would wait for the same cores. So this asks the library that LibTorch uses, by the function
   that GCC calls for a parallel region (libgomp's manual, "The libgomp ABI"). */
#ifndef PARALLEL_H
#define PARALLEL_H

#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>

extern "C" {
void GOMP_parallel(void (*body)(void *), void *data, unsigned threads, unsigned flags);
int omp_get_thread_num(void);
int omp_get_num_threads(void);
int omp_in_parallel(void);
}

namespace bridge {

/* Calls the body with parts of [begin, end) that cover it, each of at least `grain` unless it is the last. Within a
   parallel region, that is one part. */
template <typename Body>
void parallel_for(int64_t begin, int64_t end, int64_t grain, const Body &body) {
    if (begin >= end) {
        return;
    }
    const int64_t parts = (end - begin + grain - 1) / grain;
    const int64_t threads = std::min<int64_t>(parts, at::get_num_threads());
    if (threads <= 1 || omp_in_parallel()) {
        body(begin, end);
        return;
    }
    struct Team {
        int64_t begin, end;
        const Body &body;
        std::atomic_flag failed = ATOMIC_FLAG_INIT;
        std::exception_ptr failure;
    } team{begin, end, body};
    GOMP_parallel(
        [](void *data) {
            auto &team = *static_cast<Team *>(data);
            const int64_t count = omp_get_num_threads();
            const int64_t part = (team.end - team.begin + count - 1) / count;
            const int64_t first = team.begin + omp_get_thread_num() * part;
            if (first >= team.end) {
                return;
            }
            try {
                team.body(first, std::min(team.end, first + part));
            } catch (...) {
                if (!team.failed.test_and_set()) {
                    team.failure = std::current_exception();
                }
            }
        },
        &team, static_cast<unsigned>(threads), 0);
    if (team.failure) {
        std::rethrow_exception(team.failure);
    }
}

}  // namespace bridge

#endif
