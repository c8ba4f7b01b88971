/* What segment.c and match.c share: characters, tokens, keyed hashes.
 *
 * The kernel turns text to tokens (segment.c), tokens to pattern hits, hits to rules worth a look (match.c).
 * Freestanding C: flat arrays in and out, no allocation, no I/O, no global state. The caller owns all
 * memory and gives each call a scratch of its own. What the arrays mean stands beside the code that
 * makes them: tables.py (characters), ../filing (patterns, rules), native.py (articles).
 * plain.py does the same in Python; tests hold both against each other.
 */
#ifndef MONITOR_KERNEL_H
#define MONITOR_KERNEL_H

#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#ifdef _WIN32
#define PUBLIC __declspec(dllexport)
#else
#define PUBLIC __attribute__((visibility("default")))
#endif

/* --- characters --------------------------------------------------------------------------------- */

enum {
    BREAK,      /* belongs to no word and no number: what stands on both sides is independent */
    MARK,       /* punctuation that may stand inside a number or a word */
    APOSTROPHE,
    LETTER,     /* of a script that splits words at apostrophes */
    KEEPER,     /* a letter of a script that keeps apostrophes inside words */
    DIGIT,
    CLUSTER,    /* a token of its own */
    HARD        /* what needs its neighbours to be read: left to the caller */
};
#define CLASS(flags) ((flags) & 7)
#define STOP 8        /* ends a sentence, perhaps */
#define FULL_STOP 16  /* ends one, certainly */
#define LOWER 32      /* a lower-case letter */
#define BLANK 64      /* may stand in a blank line */

typedef struct {
    const u16 *pages;     /* [0x1100] the number of each block of 256 code points, 0 if not yet known */
    const u8 *flags;      /* [pages * 256] */
    const u32 *folds;     /* [pages * 256] the folded code point, or EXPANDED and an index */
    const u32 *expanded;  /* at the index: how many code points, then these */
} Characters;
#define EXPANDED 0x80000000u

static inline u32 place_of(const Characters *characters, u32 c) {
    return ((u32)characters->pages[c >> 8] << 8) | (c & 255);
}

static inline u8 flags_of(const Characters *characters, u32 c) {
    return c < 0x110000 ? characters->flags[place_of(characters, c)] : HARD;
}

typedef struct {
    u64 seed, multiplier;
} Key;

static inline u64 step(u64 hash, u32 c, u64 multiplier) {
    hash = (hash ^ c) * multiplier;
    return hash ^ (hash >> 29);
}

static inline u64 step_folded(const Characters *characters, u64 hash, u32 c, u64 multiplier) {
    u32 folded = characters->folds[place_of(characters, c)];
    if (!(folded & EXPANDED)) return step(hash, folded, multiplier);
    const u32 *at = characters->expanded + (folded & ~EXPANDED);
    for (u32 left = *at++; left; left--) hash = step(hash, *at++, multiplier);
    return hash;
}

/* --- tokens ------------------------------------------------------------------------------------- */

typedef struct {
    const u32 *text; /* code points */
    u32 length;
    u32 tokens, hard, stops, paragraphs, ends;
    u32 *start, *stop;   /* of each token, in code points */
    u64 *hash;           /* of its fold; 0: a chunk left to the caller */
    u32 *hard_at;        /* tokens that are such chunks */
    u32 *stop_at;        /* where runs of sentence-ending punctuation begin */
    u32 *paragraph_at;   /* where blank lines are */
    u32 *end_at;         /* behind punctuation that certainly ends a sentence */
} Field;

#define HAMZA 0x621u

/* The hash of the fold of [from, to), all simple characters. Arabic words lose a final hamza. */
static inline u64 hash_of(const Characters *characters, const u32 *text, u32 from, u32 to, Key key) {
    u64 hash = key.seed;
    if (to > from && text[to - 1] == HAMZA) {
        u32 end = to;
        while (end > from && text[end - 1] == HAMZA) end--;
        if (end == from) end = from + 1;
        to = end;
    }
    for (u32 i = from; i < to; i++) hash = step_folded(characters, hash, text[i], key.multiplier);
    return hash;
}

#endif
