/*
 * statement.h
 *		Statements that functions of ours run.
 */
#ifndef BASE_STATEMENT_H
#define BASE_STATEMENT_H

extern void statement_run(const char *statement);
extern void catalog_query(const char *query);

#endif /* BASE_STATEMENT_H */
