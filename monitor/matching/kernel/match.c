/* Tokens to pattern hits, hits to rules worth a look. */
#include "kernel.h"

#if defined(__GNUC__) || defined(__clang__)
#define PREFETCH(address) __builtin_prefetch(address)
#else
#define PREFETCH(address) ((void)0)
#endif

#define NONE 0xFFFFFFFFu

/* --- plans -------------------------------------------------------------------------------------- */

typedef struct {
    u64 hash;
    u32 token; /* 0: free */
    u32 whole; /* whether the token is a name or term of the lexicon as it stands */
} Slot;

typedef struct {
    u32 pattern;
    u32 check;  /* the token that must stand beside, 0 if none is */
    u16 at;     /* which token of the pattern this is */
    u16 tokens; /* how many it has */
    u16 flags;
    u16 language; /* 0: every language counts */
} Filed;
#define SEVERAL 0xFFFF /* some languages count, others do not: let the caller see */
enum { CHECK_BEFORE = 1, CASED = 2, PREFIX = 4, PLAIN_TERM = 8 };

typedef struct {
    u64 key;  /* hash of the first three letters */
    u64 hash; /* of the whole prefix */
    u32 length;
    u32 pattern;
    u32 single; /* whether the prefix is the whole pattern */
    u32 unused;
} Prefix;

typedef struct {
    u32 kind, least, parts, first;
} Group;
enum { COUNT, SENTENCE, NEARBY, TITLE, LEAD, TIMES, PARAGRAPH };

/* Patterns that belong together: those of the lexicon, those of a set of rules. All sets have one key. */
typedef struct {
    Key key;
    const Slot *slots;
    u64 slot_mask;
    const u32 *filed_at;     /* [tokens + 2] where the patterns filed under a token begin */
    const Filed *filed;
    const u32 *tokens_at;    /* [patterns + 1] */
    const u32 *tokens;       /* of a final prefix its number in prefixes */
    const u32 *owner;        /* [patterns] an entry, LISTED and a list of entries, a plain term's leaf, or NONE */
    const u32 *lists;        /* at an index: how many entries, then these */
    const u32 *leaves_at;    /* [entries + 1] */
    const u32 *leaves;       /* that a hit of the entry fulfils */
    const u32 *cased;        /* [cased_count] patterns with spellings, ascending */
    const u32 *cased_at;     /* [cased_count] where their hashes begin */
    const u64 *spellings;    /* hashes of raw tokens */
    u64 cased_count;
    const Prefix *prefixes;  /* ascending by key */
    u64 prefix_count;
    const u64 *prefix_bits;  /* [64] a bit for each key */
} Patterns;

/* Rules and what they ask. */
typedef struct {
    const u32 *watch_at;     /* [leaves + 1] */
    const u32 *watch;        /* ways to look at where the leaf occurs */
    const u32 *way_rule;
    const u32 *way_at;       /* [ways + 1] */
    const Group *groups;
    const u32 *parts;        /* a leaf, or LISTED and a list of leaves */
    const u32 *part_lists;
    const u32 *always;       /* ways that no leaf leads to */
    u64 always_count;
    const u8 *dead;          /* [rules] rules that count no longer, or null */
    u64 leaf_count;          /* leaves that watch_at knows */
    u64 way_count;
    u64 first_rule;          /* added to the numbers of rules */
} Rules;

#define MOST_SETS 3          /* the lexicon, the rules, the rules that were edited since */
#define SET_SHIFT 30         /* the set's number in a found pattern */
#define LISTED 0x80000000u

typedef struct {
    u32 epoch, count;
    u64 sentences, paragraphs, blocks;
} Leaf;

typedef struct {
    u32 *ids[MOST_SETS];  /* tokens as the sets number them, [tokens] */
    u8 *sentence;         /* [tokens] bit of the sentence */
    u8 *paragraph;        /* [tokens] bit of the paragraph */
    Leaf *leaves;
    u32 *touched;         /* [leaves] */
    u32 *way_epoch[MOST_SETS]; /* [ways] by set of rules */
    u32 *traffic;         /* [leaves] articles in which the leaf occurred */
    u32 epoch, touched_count;
    u32 *found_pattern, *found_first, *found_last; /* [most_found] */
    u32 found, most_found;
    u32 *rules;           /* [most_rules] */
    u32 rule_count, most_rules;
    u64 lead;             /* bits of the title and the first paragraph */
    u32 *other_at;        /* [tokens + 1] where the other readings of a token begin */
    u32 *other_ids[MOST_SETS]; /* [most_others] as the sets number them */
    u32 most_others;
    u32 overflow;         /* more was found than fits: nothing of the result counts */
} Scratch;

#define BLOCK 16 /* tokens in a block of positions */

typedef struct {
    const Characters *characters;
    const Field *fields[2];
    u32 tokens, title_tokens, language;
    u32 arabic;             /* whether words may carry Arabic particles */
    u32 listed_only;        /* whether other readings count for the lexicon alone */
    u32 others;             /* readings that the caller knows, by ascending token */
    const u32 *other_token;
    const u64 *other_hash;
} Article;

static u32 look_up(const Patterns *set, u64 hash) {
    for (u64 at = hash & set->slot_mask;; at = (at + 1) & set->slot_mask) {
        const Slot *slot = &set->slots[at];
        if (!slot->token) return 0;
        if (slot->hash == hash) return slot->token | (slot->whole ? LISTED : 0);
    }
}

static inline const Field *field_of(const Article *article, u32 token, u32 *local) {
    int second = token >= article->title_tokens;
    *local = second ? token - article->title_tokens : token;
    return article->fields[second];
}

/* Bits of blocks at most this many tokens away. */
static u64 spread(u64 bits, u32 tokens) {
    u32 blocks = (tokens + BLOCK - 1) / BLOCK;
    if (blocks >= 32) return bits ? ~(u64)0 : 0;
    u64 wide = bits;
    for (u32 k = 1; k <= blocks; k++)
        wide |= (bits << k | bits >> (64 - k)) | (bits >> k | bits << (64 - k));
    return wide;
}

/* Where a pattern stands. */
typedef struct {
    u64 sentences, paragraphs, blocks;
} Marks;

static void touch(Scratch *scratch, u32 leaf, Marks marks) {
    Leaf *state = &scratch->leaves[leaf];
    if (state->epoch != scratch->epoch) {
        state->epoch = scratch->epoch;
        state->count = 0;
        state->sentences = state->paragraphs = state->blocks = 0;
        scratch->touched[scratch->touched_count++] = leaf;
        scratch->traffic[leaf]++;
    }
    state->count++;
    state->sentences |= marks.sentences;
    state->paragraphs |= marks.paragraphs;
    state->blocks |= marks.blocks;
}

static void touch_entry(const Patterns *set, Scratch *scratch, u32 entry, Marks marks) {
    for (u32 at = set->leaves_at[entry]; at < set->leaves_at[entry + 1]; at++)
        touch(scratch, set->leaves[at], marks);
}

static void emit(const Patterns *set, u32 number, Scratch *scratch, u32 pattern, int plain, u32 first, u32 last) {
    if (scratch->found >= scratch->most_found) {
        scratch->overflow = 1;
        return;
    }
    u32 at = scratch->found++;
    scratch->found_pattern[at] = pattern | number << SET_SHIFT;
    scratch->found_first[at] = first;
    scratch->found_last[at] = last;
    Marks marks = {
        .sentences = (u64)1 << scratch->sentence[first] | (u64)1 << scratch->sentence[last],
        .paragraphs = (u64)1 << scratch->paragraph[first],
        .blocks = (u64)1 << (first / BLOCK & 63) | (u64)1 << (last / BLOCK & 63),
    };
    u32 owner = set->owner[pattern];
    if (owner == NONE) return;
    if (plain) {
        touch(scratch, owner, marks);
    } else if (owner & LISTED) {
        const u32 *entry = set->lists + (owner & ~LISTED);
        for (u32 left = *entry++; left; left--) touch_entry(set, scratch, *entry++, marks);
    } else {
        touch_entry(set, scratch, owner, marks);
    }
}

/* Whether the raw tokens are spelled so. Tokens that the caller read are taken on trust. */
static int spelled(const Patterns *set, const Article *article, u32 pattern, u32 first, u32 count) {
    u64 low = 0, high = set->cased_count;
    while (low < high) {
        u64 middle = (low + high) / 2;
        if (set->cased[middle] < pattern) low = middle + 1;
        else high = middle;
    }
    if (low >= set->cased_count || set->cased[low] != pattern) return 1;
    const u64 *wanted = set->spellings + set->cased_at[low];
    for (u32 k = 0; k < count; k++) {
        u32 local;
        const Field *field = field_of(article, first + k, &local);
        u64 hash = set->key.seed;
        for (u32 i = field->start[local]; i < field->stop[local]; i++) {
            if (CLASS(flags_of(article->characters, field->text[i])) == HARD) return 1;
            hash = step(hash, field->text[i], set->key.multiplier);
        }
        if (hash != wanted[k]) return 0;
    }
    return 1;
}

/* Whether the character may make another letter of the one before, or is kept inside some words. */
static inline int is_unsure(const Characters *characters, u32 c) {
    u8 class = CLASS(flags_of(characters, c));
    return class == HARD || class == APOSTROPHE || c == '"';
}

/* Whether a token begins with the prefix. Where that is not sure the token is taken on trust. */
static int begins(const Patterns *set, const Article *article, const Prefix *prefix, u32 token) {
    u32 local, length = 0;
    const Field *field = field_of(article, token, &local);
    u64 hash = set->key.seed;
    const Characters *characters = article->characters;
    for (u32 i = field->start[local]; i < field->stop[local]; i++) {
        u32 c = field->text[i];
        if (is_unsure(characters, c)) return 1;
        if (CLASS(flags_of(characters, c)) < LETTER) continue; /* inside a number */
        u32 folded = characters->folds[place_of(characters, c)];
        const u32 *at = &folded;
        u32 left = 1;
        if (folded & EXPANDED) {
            at = characters->expanded + (folded & ~EXPANDED);
            left = *at++;
        }
        for (; left; left--) {
            hash = step(hash, *at++, set->key.multiplier);
            if (++length == prefix->length)
                return hash == prefix->hash || (i + 1 < field->stop[local] && is_unsure(characters, field->text[i + 1]));
        }
    }
    return 0;
}

/* Whether the token, or the first of a pattern in another reading, is the wanted one. */
static int stands(const Scratch *scratch, u32 number, u32 at, u32 wanted, int otherwise) {
    if ((scratch->ids[number][at] & ~LISTED) == wanted) return 1;
    if (otherwise)
        for (u32 k = scratch->other_at[at]; k < scratch->other_at[at + 1]; k++)
            if (scratch->other_ids[number][k] == wanted) return 1;
    return 0;
}

/* The patterns filed under a token, which stands at its place itself or as another reading. */
static void scan_token(const Patterns *set, u32 number, const Article *article, Scratch *scratch, u32 token, u32 at,
                       int reading) {
    for (u32 k = set->filed_at[token]; k < set->filed_at[token + 1]; k++) {
        const Filed *filed = &set->filed[k];
        int plain = (filed->flags & PLAIN_TERM) != 0, otherwise = !(plain && article->listed_only);
        if (reading && (filed->at || !otherwise)) continue;
        if (filed->language && filed->language != SEVERAL && article->language && filed->language != article->language)
            continue;
        if (filed->at > at) continue;
        u32 first = at - filed->at, count = filed->tokens, last = first + count - 1;
        if (last >= article->tokens) continue;
        if (count > 1) {
            if (filed->check) {
                u32 beside = filed->flags & CHECK_BEFORE ? at - 1 : at + 1;
                if (!stands(scratch, number, beside, filed->check, otherwise && beside == first)) continue;
            }
            if (first < article->title_tokens && last >= article->title_tokens) continue;
            const u32 *wanted = set->tokens + set->tokens_at[filed->pattern];
            u32 exact = filed->flags & PREFIX ? count - 1 : count, n = 0;
            while (n < exact && (n == filed->at || stands(scratch, number, first + n, wanted[n], otherwise && !n))) n++;
            if (n < exact) continue;
            if (filed->flags & PREFIX && !begins(set, article, &set->prefixes[wanted[exact]], last)) continue;
        }
        if (filed->flags & CASED && !spelled(set, article, filed->pattern, first, count)) continue;
        emit(set, number, scratch, filed->pattern, plain, first, last);
    }
}

static void scan_prefixes(const Patterns *set, u32 number, const Article *article, Scratch *scratch) {
    for (u32 at = 0; at < article->tokens; at++) {
        u32 local, length = 0;
        const Field *field = field_of(article, at, &local);
        const Characters *characters = article->characters;
        u64 hash = set->key.seed;
        int hard = 0;
        for (u32 i = field->start[local]; i < field->stop[local]; i++) {
            u32 c = field->text[i];
            hard = is_unsure(characters, c);
            if (hard || length >= 3) break;
            if (CLASS(flags_of(characters, c)) < LETTER) continue;
            u32 folded = characters->folds[place_of(characters, c)];
            if (!(folded & EXPANDED)) {
                hash = step(hash, folded, set->key.multiplier);
                length++;
                continue;
            }
            const u32 *letter = characters->expanded + (folded & ~EXPANDED);
            for (u32 left = *letter++; left && length < 3; left--, length++)
                hash = step(hash, *letter++, set->key.multiplier);
        }
        if (!hard) {
            if (length < 3 || !(set->prefix_bits[hash >> 58] >> (hash >> 52 & 63) & 1)) continue;
        }
        u64 low = 0, high = set->prefix_count;
        while (!hard && low < high) {
            u64 middle = (low + high) / 2;
            if (set->prefixes[middle].key < hash) low = middle + 1;
            else high = middle;
        }
        for (u64 k = low; k < set->prefix_count; k++) {
            const Prefix *prefix = &set->prefixes[k];
            if (!hard && prefix->key != hash) break;
            if (prefix->single && begins(set, article, prefix, at))
                emit(set, number, scratch, prefix->pattern, number > 0, at, at);
        }
    }
}

/* --- Arabic: other readings of a word --------------------------------------------------------- */

#define MOST_READINGS 12
#define ALEF 0x627u
#define LAM 0x644u
#define WAW 0x648u
#define FEH 0x641u
#define BEH 0x628u
#define KAF 0x643u

typedef struct {
    u32 from;    /* where the rest begins */
    int article; /* whether "al-" is put before it */
} Reading;

static u64 reading_hash(const Characters *characters, const Field *field, u32 stop, Reading reading, Key key) {
    const u32 *text = field->text;
    if (!reading.article) return hash_of(characters, text, reading.from, stop, key);
    u32 end = stop;
    while (end > reading.from && text[end - 1] == HAMZA) end--;
    u64 hash = step(step(key.seed, ALEF, key.multiplier), LAM, key.multiplier);
    for (u32 i = reading.from; i < end; i++) hash = step_folded(characters, hash, text[i], key.multiplier);
    return hash;
}

/* "and", then "in", "for", "like", then the article; two lams stand for "for" with the article. */
static u32 arabic_readings(const Characters *characters, const Field *field, u32 token, Key key, u64 *hashes) {
    const u32 *text = field->text;
    u32 start = field->start[token], stop = field->stop[token], count = 1, kept = 0;
    Reading readings[MOST_READINGS];
    for (u32 i = start; i < stop; i++)
        if (CLASS(flags_of(characters, text[i])) != KEEPER && CLASS(flags_of(characters, text[i])) != DIGIT &&
            CLASS(flags_of(characters, text[i])) != LETTER)
            return 0;
    readings[0] = (Reading){start, 0};
    if (stop > start && (text[start] == WAW || text[start] == FEH)) readings[count++] = (Reading){start + 1, 0};
    for (u32 n = 0, before = count; n < before; n++) {
        u32 from = readings[n].from;
        if (stop - from >= 2 && text[from] == LAM && text[from + 1] == LAM)
            readings[count++] = (Reading){from + 2, 1};
        else if (stop > from && (text[from] == BEH || text[from] == LAM || text[from] == KAF))
            readings[count++] = (Reading){from + 1, 0};
    }
    for (u32 n = 0, before = count; n < before; n++) {
        u32 from = readings[n].from;
        if (readings[n].article) readings[count++] = (Reading){from, 0};
        else if (stop - from >= 2 && text[from] == ALEF && text[from + 1] == LAM)
            readings[count++] = (Reading){from + 2, 0};
    }
    for (u32 n = 1; n < count; n++) {
        u32 length = stop - readings[n].from + (readings[n].article ? 2 : 0);
        if (length < 3) continue;
        u64 hash = reading_hash(characters, field, stop, readings[n], key);
        if (hash == field->hash[token]) continue;
        u32 k = 0;
        while (k < kept && hashes[k] != hash) k++;
        if (k == kept) hashes[kept++] = hash;
    }
    return kept;
}

/* --- rules -------------------------------------------------------------------------------------- */

/* The bits of one kind of a part's leaves: u64 number 0 sentences, 1 paragraphs, 2 blocks. */
enum { SENTENCES, PARAGRAPHS, BLOCKS };

static inline u64 bits_of(const Scratch *scratch, u32 leaf, int kind) {
    const Leaf *state = &scratch->leaves[leaf];
    if (state->epoch != scratch->epoch) return 0;
    return kind == SENTENCES ? state->sentences : kind == PARAGRAPHS ? state->paragraphs : state->blocks;
}

static u64 masks(const Scratch *scratch, const Rules *rules, u32 part, int kind) {
    if (!(part & LISTED)) return bits_of(scratch, part, kind);
    const u32 *at = rules->part_lists + (part & ~LISTED);
    u64 bits = 0;
    for (u32 left = *at++; left; left--) bits |= bits_of(scratch, *at++, kind);
    return bits;
}

static u64 times(const Scratch *scratch, const Rules *rules, u32 part) {
    u32 single[2] = {1, part};
    const u32 *at = part & LISTED ? rules->part_lists + (part & ~LISTED) : single;
    u64 sum = 0;
    for (u32 left = *at++; left; left--) {
        const Leaf *leaf = &scratch->leaves[*at++];
        if (leaf->epoch == scratch->epoch) sum += leaf->count;
    }
    return sum;
}

static int holds(const Rules *rules, const Scratch *scratch, const Group *group) {
    const u32 *parts = rules->parts + group->first;
    u64 together = ~(u64)0;
    u32 there = 0;
    switch (group->kind) {
    case COUNT:
        for (u32 k = 0; k < group->parts; k++) {
            there += masks(scratch, rules, parts[k], SENTENCES) != 0;
            if (there >= group->least) return 1;
            if (there + (group->parts - k - 1) < group->least) return 0;
        }
        return group->least == 0;
    case SENTENCE:
    case PARAGRAPH:
        for (u32 k = 0; k < group->parts && together; k++)
            together &= masks(scratch, rules, parts[k], group->kind == SENTENCE ? SENTENCES : PARAGRAPHS);
        return together != 0;
    case NEARBY: {
        u64 around = spread(masks(scratch, rules, parts[0], BLOCKS), group->least);
        for (u32 k = 1; k < group->parts; k++)
            if (!(masks(scratch, rules, parts[k], BLOCKS) & around)) return 0;
        return around != 0;
    }
    case TITLE:
    case LEAD:
        for (u32 k = 0; k < group->parts; k++)
            if (!(masks(scratch, rules, parts[k], SENTENCES) & (group->kind == TITLE ? 1 : scratch->lead))) return 0;
        return 1;
    default:
        return times(scratch, rules, parts[0]) >= group->least;
    }
}

static void look_at(const Rules *rules, u32 number, Scratch *scratch, u32 way) {
    if (scratch->way_epoch[number][way] == scratch->epoch) return;
    scratch->way_epoch[number][way] = scratch->epoch;
    u32 rule = rules->way_rule[way];
    if (rules->dead && rules->dead[rule]) return;
    for (u32 at = rules->way_at[way]; at < rules->way_at[way + 1]; at++)
        if (!holds(rules, scratch, &rules->groups[at])) return;
    if (scratch->rule_count >= scratch->most_rules) {
        scratch->overflow = 1;
        return;
    }
    scratch->rules[scratch->rule_count++] = rule + (u32)rules->first_rule;
}

/* --- the article -------------------------------------------------------------------------------- */

/* Numbers of sentences, never more than there are: bit 0 the title, 1 to 63 in turn the text's. */
static void number_sentences(const Article *article, Scratch *scratch) {
    const Field *text = article->fields[1];
    u32 end = 0, paragraph = 0, bit = 1, paragraph_bit = 1;
    for (u32 k = 0; k < article->title_tokens; k++) scratch->sentence[k] = scratch->paragraph[k] = 0;
    scratch->lead = 3;
    int first_paragraph = 1;
    for (u32 k = 0; k < text->tokens; k++) {
        int next = 0, next_paragraph = 0;
        while (end < text->ends && text->end_at[end] <= text->start[k]) end++, next = 1;
        while (paragraph < text->paragraphs && text->paragraph_at[paragraph] < text->start[k]) {
            paragraph++;
            if (k && !next_paragraph) {
                paragraph_bit = paragraph_bit == 63 ? 1 : paragraph_bit + 1;
                first_paragraph = 0;
            }
            next = next_paragraph = 1;
        }
        if (next && k) bit = bit == 63 ? 1 : bit + 1;
        scratch->sentence[article->title_tokens + k] = (u8)bit;
        scratch->paragraph[article->title_tokens + k] = (u8)paragraph_bit;
        if (first_paragraph) scratch->lead |= (u64)1 << bit;
    }
}

static int add_other(const Patterns *const *sets, u32 set_count, Scratch *scratch, u32 *count, u64 hash) {
    u32 ids[MOST_SETS], any = 0;
    for (u32 n = 0; n < set_count; n++) any |= ids[n] = look_up(sets[n], hash) & ~LISTED;
    if (!any) return 1;
    if (*count >= scratch->most_others) return 0;
    for (u32 n = 0; n < set_count; n++) scratch->other_ids[n][*count] = ids[n];
    ++*count;
    return 1;
}

/* Other readings of each token: what the caller knows, and Arabic words without their particles. A word
 * that is in the lexicon as it stands has none. */
static int read_otherwise(const Patterns *const *sets, u32 set_count, const Article *article, Scratch *scratch) {
    u32 count = 0, given = 0;
    u64 hashes[MOST_READINGS];
    for (u32 k = 0; k < article->tokens; k++) {
        scratch->other_at[k] = count;
        int whole = (scratch->ids[0][k] & LISTED) != 0;
        for (; given < article->others && article->other_token[given] <= k; given++)
            if (article->other_token[given] == k && !whole &&
                !add_other(sets, set_count, scratch, &count, article->other_hash[given]))
                return 0;
        if (!article->arabic || whole) continue;
        u32 local;
        const Field *field = field_of(article, k, &local);
        u32 first = field->start[local] < field->stop[local] ? field->text[field->start[local]] : 0;
        if (!(first == WAW || first == FEH || first == LAM || first == BEH || first == KAF || first == ALEF)) continue;
        u32 readings = arabic_readings(article->characters, field, local, sets[0]->key, hashes);
        for (u32 n = 0; n < readings; n++)
            if (!add_other(sets, set_count, scratch, &count, hashes[n])) return 0;
    }
    scratch->other_at[article->tokens] = count;
    return 1;
}

static void begin_epoch(const Rules *const *rules, u32 rule_sets, Scratch *scratch) {
    if (++scratch->epoch == 0) { /* after four thousand million articles */
        for (u32 n = 0; n < rule_sets; n++) {
            for (u64 k = 0; k < rules[n]->leaf_count; k++) scratch->leaves[k].epoch = 0;
            for (u64 k = 0; k < rules[n]->way_count; k++) scratch->way_epoch[n][k] = 0;
        }
        scratch->epoch = 1;
    }
    scratch->touched_count = scratch->found = scratch->rule_count = scratch->overflow = 0;
}

#define AHEAD 12 /* tokens, in which memory answers */

static void number_tokens(const Patterns *set, const Article *article, u32 *ids) {
    for (int f = 0; f < 2; f++) {
        const u64 *hash = article->fields[f]->hash;
        u32 count = article->fields[f]->tokens;
        for (u32 n = 0; n < count; n++) {
            if (n + AHEAD < count) PREFETCH(&set->slots[hash[n + AHEAD] & set->slot_mask]);
            *ids++ = look_up(set, hash[n]);
        }
    }
}

/* Every place where a pattern may stand, and every rule that may fire. The first set is the lexicon's. The
 * scratch holds as many leaves, ways and tokens as are needed. */
PUBLIC void match(const Patterns *const *sets, u32 set_count, const Rules *const *rules, u32 rule_sets,
                  Article *article, Scratch *scratch) {
    begin_epoch(rules, rule_sets, scratch);
    article->title_tokens = article->fields[0]->tokens;
    article->tokens = article->title_tokens + article->fields[1]->tokens;
    number_sentences(article, scratch);
    for (u32 n = 0; n < set_count; n++) number_tokens(sets[n], article, scratch->ids[n]);
    if (!read_otherwise(sets, set_count, article, scratch)) {
        scratch->overflow = 1;
        return;
    }
    for (u32 n = 0; n < set_count; n++) {
        const Patterns *set = sets[n];
        const u32 *ids = scratch->ids[n];
        for (u32 k = 0; k < article->tokens; k++) {
            if (k + AHEAD < article->tokens) PREFETCH(&set->filed_at[ids[k + AHEAD] & ~LISTED]);
            if (ids[k]) scan_token(set, n, article, scratch, ids[k] & ~LISTED, k, 0);
            for (u32 m = scratch->other_at[k]; m < scratch->other_at[k + 1]; m++)
                if (scratch->other_ids[n][m]) scan_token(set, n, article, scratch, scratch->other_ids[n][m], k, 1);
        }
        if (set->prefix_count) scan_prefixes(set, n, article, scratch);
    }
    for (u32 n = 0; n < rule_sets; n++) {
        for (u32 k = 0; k < scratch->touched_count; k++) {
            u32 leaf = scratch->touched[k];
            if (leaf >= rules[n]->leaf_count) continue;
            for (u32 at = rules[n]->watch_at[leaf]; at < rules[n]->watch_at[leaf + 1]; at++)
                look_at(rules[n], n, scratch, rules[n]->watch[at]);
        }
        for (u64 k = 0; k < rules[n]->always_count; k++) look_at(rules[n], n, scratch, rules[n]->always[k]);
    }
}
