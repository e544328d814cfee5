/*
 * errors.h
 *		What every error message of ours needs: remote text made harmless, and
 *		the nearest spelling of a mistyped word.
 */
#ifndef BASE_ERRORS_H
#define BASE_ERRORS_H

#include "base/compat.h"

extern char *clean_text(const char *text, size_t len, size_t limit);
extern char *page_text(const char *text, size_t len, size_t limit);
extern const char *closest_match(const char *word, const char *const *candidates, int ncandidates);
extern const char *closest_in_list(const char *word, List *candidates);

#endif /* BASE_ERRORS_H */
