/* Text to tokens, and where sentences certainly end. */
#include "kernel.h"

static inline void put(Field *field, u32 start, u32 stop, u64 hash) {
    u32 at = field->tokens++;
    field->start[at] = start;
    field->stop[at] = stop;
    field->hash[at] = hash;
}

/* Where a grouped number that begins at i ends, or i if none does: 12,345 but not 12,3456. */
static u32 number_end(const Characters *characters, const u32 *text, u32 length, u32 i, int dots) {
    u32 at = i;
    while (at < length && at < i + 3 && CLASS(flags_of(characters, text[at])) == DIGIT) at++;
    if (at == i || at >= length) return i;
    u32 good = i;
    for (;;) {
        if (at + 3 >= length) break;
        u32 mark = text[at];
        if (!(mark == ',' || mark == 0x66C || mark == '\'' || mark == 0x2019 || mark == 0xA0 || mark == 0x202F ||
              (dots && mark == '.')))
            break;
        u32 end = at + 1;
        while (end < length && end < at + 4 && CLASS(flags_of(characters, text[end])) == DIGIT) end++;
        if (end != at + 4) break;
        at = end;
        u8 next = at < length ? CLASS(flags_of(characters, text[at])) : BREAK;
        if (next < LETTER) good = at;
    }
    return good;
}

/* Cuts the text into tokens. Chunks between two breaks that hold a hard character become one token with
 * hash 0 and are named in hard_at: the caller reads them and calls splice. The arrays of the field hold
 * at least length + 1 elements each. */
PUBLIC void segment(const Characters *characters, Key key, int dots, Field *field) {
    const u32 *text = field->text;
    const u32 length = field->length;
    u32 i = 0, chunk = 0, chunk_tokens = 0;
    int hard = 0, line = 0, stopped = 0; /* line: behind a line break and blanks; stopped: class of last stop */
    field->tokens = field->hard = field->stops = field->paragraphs = field->ends = 0;
    while (i <= length) {
        u8 flags = i < length ? flags_of(characters, text[i]) : BREAK;
        u8 class = CLASS(flags);
        if (class == BREAK) {
            if (hard) {
                field->tokens = chunk_tokens;
                field->hard_at[field->hard++] = chunk_tokens;
                put(field, chunk, i, 0);
                hard = 0;
            }
            if (i == length) break;
            chunk = i + 1;
            chunk_tokens = field->tokens;
        }
        if (class < LETTER) {
            u32 c = text[i];
            if (c == '\n' || c == 0x2029) {
                if (line || c == 0x2029) field->paragraph_at[field->paragraphs++] = i;
                line = c == '\n';
            } else if (!(flags & BLANK)) {
                line = 0;
            }
            if (flags & (STOP | FULL_STOP)) {
                int kind = flags & (STOP | FULL_STOP);
                if (stopped != kind) field->stop_at[field->stops++] = i;
                stopped = kind;
            } else {
                stopped = 0;
            }
            i++;
            continue;
        }
        line = stopped = 0;
        if (class == HARD) {
            hard = 1;
            i++;
            continue;
        }
        if (class == CLUSTER) {
            put(field, i, i + 1, step_folded(characters, key.seed, text[i], key.multiplier));
            i++;
            if (i + 1 < length && CLASS(flags_of(characters, text[i])) == APOSTROPHE) {
                u8 after = CLASS(flags_of(characters, text[i + 1]));
                if (after == KEEPER || after == DIGIT) hard = 1;
            }
            continue;
        }
        if (class == DIGIT && (i == 0 || CLASS(flags_of(characters, text[i - 1])) < LETTER)) {
            u32 end = number_end(characters, text, length, i, dots);
            if (end > i) {
                u64 hash = key.seed;
                for (u32 at = i; at < end; at++)
                    if (CLASS(flags_of(characters, text[at])) == DIGIT)
                        hash = step_folded(characters, hash, text[at], key.multiplier);
                put(field, i, end, hash);
                i = end;
                continue;
            }
        }
        int first_digit = class == DIGIT, keeps = 0, splits = 0;
        for (;;) { /* one run: words with apostrophes between */
            u32 from = i;
            u64 hash = key.seed;
            int hamza = 0;
            while (i < length) {
                u32 c = text[i], at = place_of(characters, c < 0x110000 ? c : 0);
                class = c < 0x110000 ? CLASS(characters->flags[at]) : HARD;
                if (class < LETTER || class > DIGIT) break;
                keeps |= class == KEEPER || (class == DIGIT && c >= 0x660 && c <= 0x6F9);
                hamza = c == HAMZA;
                u32 folded = characters->folds[at];
                hash = folded & EXPANDED ? step_folded(characters, hash, c, key.multiplier)
                                         : step(hash, folded, key.multiplier);
                i++;
            }
            if (hamza) hash = hash_of(characters, text, from, i, key);
            put(field, from, i, hash);
            if (i >= length || class == HARD) break;
            u8 next = i + 1 < length ? CLASS(flags_of(characters, text[i + 1])) : BREAK;
            if (class == MARK && text[i] == '"') { /* an abbreviation in Hebrew, perhaps */
                hard |= next == KEEPER || next == HARD;
                break;
            }
            if (class != APOSTROPHE || next < LETTER) break;
            splits = 1;
            hard |= next == HARD || next == CLUSTER || first_digit;
            if (next == HARD || next == CLUSTER) break;
            i++;
        }
        hard |= keeps && splits;
    }
}

/* Puts what the caller read of the hard chunks in their place: counts[k] tokens of chunk k, then all
 * starts, stops and hashes in a row. spare_* take the result and become the field's arrays. */
PUBLIC void splice(Field *field, const u32 *counts, const u32 *start, const u32 *stop, const u64 *hash,
                   u32 *spare_start, u32 *spare_stop, u64 *spare_hash) {
    u32 to = 0, from = 0, piece = 0;
    for (u32 k = 0; k <= field->hard; k++) {
        u32 end = k < field->hard ? field->hard_at[k] : field->tokens;
        for (; from < end; from++, to++) {
            spare_start[to] = field->start[from];
            spare_stop[to] = field->stop[from];
            spare_hash[to] = field->hash[from];
        }
        if (k == field->hard) break;
        from++;
        for (u32 left = counts[k]; left; left--, piece++, to++) {
            spare_start[to] = start[piece];
            spare_stop[to] = stop[piece];
            spare_hash[to] = hash[piece];
        }
    }
    field->tokens = to;
    field->start = spare_start;
    field->stop = spare_stop;
    field->hash = spare_hash;
}

/* Which punctuation certainly ends a sentence: followed by a space and no lower-case letter, not behind
 * a number, a single letter or what may be an abbreviation (a short word or one of the list). Before splice. */
PUBLIC void find_sentences(const Characters *characters, Field *field, const u64 *abbreviations, u64 mask) {
    const u32 *text = field->text;
    u32 token = 0;
    for (u32 k = 0; k < field->stops; k++) {
        u32 at = field->stop_at[k];
        if (flags_of(characters, text[at]) & FULL_STOP) {
            field->end_at[field->ends++] = at + 1;
            continue;
        }
        u32 behind = at + 1;
        while (behind < field->length && flags_of(characters, text[behind]) & STOP) behind++;
        if (behind >= field->length || text[behind] != ' ') continue;
        u32 next = behind;
        while (next < field->length && text[next] == ' ') next++;
        if (next >= field->length) continue;
        u8 flags = flags_of(characters, text[next]);
        u8 class = CLASS(flags);
        if ((class != LETTER && class != KEEPER && class != CLUSTER) || flags & LOWER) continue;
        if (text[at] == '.' && behind == at + 1) {
            while (token < field->tokens && field->stop[token] < at) token++;
            if (token >= field->tokens || field->stop[token] != at || !field->hash[token]) continue;
            if (field->stop[token] - field->start[token] < 2) continue;
            if (CLASS(flags_of(characters, text[at - 1])) == DIGIT) continue;
            u64 slot = field->hash[token] & mask;
            int known = 0;
            for (; abbreviations[slot]; slot = (slot + 1) & mask) known |= abbreviations[slot] == field->hash[token];
            if (known) continue;
        }
        field->end_at[field->ends++] = behind;
    }
}
