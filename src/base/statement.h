/*
 * statement.h
 *		Utility statements that functions of ours run.
 */
#ifndef BASE_STATEMENT_H
#define BASE_STATEMENT_H

extern void statement_run(const char *statement);

#endif /* BASE_STATEMENT_H */
