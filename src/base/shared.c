/*
 * shared.c
 *		Memory that all backends share, where there is any.
 *
 * Owns: the hooks of shared memory.  Must not know what is kept there.
 */
#include "base/shared.h"

#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"

#define SHARED_PIECES 4

typedef struct SharedPiece
{
	const char *name;
	Size size;
	SharedInit init;
	void *memory;
} SharedPiece;

static SharedPiece pieces[SHARED_PIECES];
static int npieces = 0;
static shmem_request_hook_type previous_request_hook = NULL;
static shmem_startup_hook_type previous_startup_hook = NULL;

static void
request_pieces(void)
{
	if (previous_request_hook != NULL)
		previous_request_hook();
	for (int i = 0; i < npieces; i++)
		RequestAddinShmemSpace(pieces[i].size);
}

/* shmem_startup_hook: each piece gets its memory; who comes first initializes it. */
static void
start_pieces(void)
{
	bool found;

	if (previous_startup_hook != NULL)
		previous_startup_hook();
	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	for (int i = 0; i < npieces; i++)
	{
		pieces[i].memory = ShmemInitStruct(pieces[i].name, pieces[i].size, &found);
		if (!found)
			pieces[i].init(pieces[i].memory);
	}
	LWLockRelease(AddinShmemInitLock);
}

void
shared_announce(const char *name, Size size, SharedInit init)
{
	if (!process_shared_preload_libraries_in_progress)
		return;
	Assert(npieces < SHARED_PIECES);
	if (npieces == 0)
	{
		previous_request_hook = shmem_request_hook;
		shmem_request_hook = request_pieces;
		previous_startup_hook = shmem_startup_hook;
		shmem_startup_hook = start_pieces;
	}
	pieces[npieces].name = name;
	pieces[npieces].size = size;
	pieces[npieces].init = init;
	npieces++;
}

void *
shared_memory(const char *name, Size size, SharedInit init)
{
	for (int i = 0; i < npieces; i++)
		if (strcmp(pieces[i].name, name) == 0)
			return pieces[i].memory;
	return compat_named_segment(name, size, init);
}
