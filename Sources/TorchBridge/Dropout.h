/* Which elements are dropped, as a function of a key and an element's place: nothing is stored, and neither threads
   nor the backward pass change it. */
#ifndef DROPOUT_H
#define DROPOUT_H

#include "Vectors.h"

namespace bridge {

struct Dropout {
    uint64_t key = 0;
    /* An element is dropped where 32 random bits are below. */
    uint32_t threshold = 0;
    /* What the others are multiplied by. */
    float scale = 1;

    /* Draws a key, so that a seed and a saved state fix what follows; draws nothing where the probability is 0. */
    static Dropout draw(double probability);
    static Dropout with(uint64_t key, double probability);

    double probability = 0;

    bool acts() const { return threshold != 0; }
};

/* The 64 bits of Steele, Lea and Flood's SplitMix (2014). */
INLINED uint64_t mixed(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
}

/* Where this thread's keys come from: LibTorch's generator of the CPU, which all threads share, or, for as long as one of
   these lives, a sequence of its own. */
class KeySequence {
public:
    explicit KeySequence(uint64_t seed);
    ~KeySequence();

    KeySequence(const KeySequence &) = delete;
    KeySequence &operator=(const KeySequence &) = delete;

    static uint64_t draw();
    /* What this thread's next keys follow from; NULL where they come from the generator. */
    static uint64_t *current();

private:
    uint64_t state;
    KeySequence *before;
};

/* The random bits of one row. */
struct DropoutRow {
    Words::Lanes first;
    uint32_t second;
    uint32_t threshold;
    float scale;

    static INLINED DropoutRow of(const Dropout &dropout, int64_t row) {
        const uint64_t key = mixed(dropout.key + static_cast<uint64_t>(row + 1) * 0x9e3779b97f4a7c15);
        const Words::Lanes places = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
        return {
            places + static_cast<uint32_t>(key), static_cast<uint32_t>(key >> 32), dropout.threshold, dropout.scale};
    }

    /* The factors of the sixteen elements from `column` on: 0 or the scale. The hash is Wellons' lowbias32, with a
       second key between its halves. */
    INLINED Floats factors(int64_t column) const {
        Words::Lanes x = first + static_cast<uint32_t>(column);
        x = (x ^ (x >> 16)) * 0x7feb352d;
        x = ((x ^ (x >> 15)) + second) * 0x846ca68b;
        x = x ^ (x >> 16);
        const auto kept = x >= threshold;
        return {kept ? all(scale).v : Floats::Lanes{}};
    }
};

}  // namespace bridge

#endif
