/* The plain C interface to LibTorch.

   Nothing here links LibTorch: the functions are the fields of one table, `ct_api`, that the shared library
   TorchBridge exports. `ct_load` opens that library on first use, so a program that computes nothing never
   pays for loading LibTorch.

   Every function that can fail returns 0, or non-zero after which `last_error()` holds LibTorch's message for
   this thread. */
#ifndef CTORCH_H
#define CTORCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__clang__) && !defined(__cplusplus)
#define CT_SENDABLE __attribute__((swift_attr("@Sendable")))
#else
#define CT_SENDABLE
#endif

#ifdef __clang__
#pragma clang assume_nonnull begin
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this table; a library with another one is refused. */
#define CT_API_VERSION 1

/* A tensor: a counted reference to a LibTorch tensor, freed by `release`. */
typedef struct ct_tensor_ *ct_tensor;

typedef struct CT_SENDABLE ct_api {
    /* CT_API_VERSION of the library, checked by ct_load. */
    int32_t api_version;
    /* The message of this thread's last failure. */
    const char *(*last_error)(void);
    /* LibTorch's version, for example "2.11.0". */
    const char *(*version)(void);
} ct_api;

/* What the shared library exports under the name "ct_get_api". */
typedef const ct_api *(*ct_get_api_function)(void);

/* Opens the library at `path` and returns its table; NULL on failure, with a message in `message`
   (of `capacity` bytes). */
const ct_api *_Nullable ct_load(const char *path, char *message, size_t capacity);

#ifdef __cplusplus
}
#endif

#ifdef __clang__
#pragma clang assume_nonnull end
#endif

#endif
