#include "CTorch.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

void ct_give_back_blocks(int32_t size) {
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, size);
    mallopt(M_TRIM_THRESHOLD, size);
#endif
}
