/*
 * page.h
 *		One page of a scan.
 */
#ifndef PAGE_PAGE_H
#define PAGE_PAGE_H

#include "page/pager_state.h"

/*
 * Get the next page that holds rows to hand out, or note that the listing is
 * done, or that the pager stops.  Raises all that request_judge() raises.
 */
extern void page_get(Pager *pager);

#endif /* PAGE_PAGE_H */
