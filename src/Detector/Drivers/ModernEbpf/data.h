/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Data that calls move: the first bytes of it, as many as the settings say. */
#pragma once
#include "call.h"
#include "event.h"

/* Looked at in one message; of more than these, sizes are too small and data ends early. */
#define MAX_PIECES 16

/* Copies up to `room` bytes, 1 to MAX_TEXT, to where `used` bytes of the value stand already. Returns how many came. */
static __always_inline __u32 copy_data(struct scratch *scratch, __u32 position, __u64 from, __u64 size, __u32 room)
{
	if (!from || !size || !room)
		return 0;
	if (size > room)
		size = room;
	/* Tells the verifier 1 to MAX_TEXT. */
	size = ((size - 1) & (MAX_TEXT - 1)) + 1;
	if (bpf_probe_read_user(&scratch->data[INSIDE(position)], size, (void *)from)) {
		COUNT(unreadable);
		return 0;
	}
	return size;
}

/* Data in one piece. */
static __always_inline void put_data(struct event *event, __u64 from, __u64 size)
{
	put_written(event, copy_data(event->scratch, event->position, from, size, settings.snap_length));
}

/* struct iovec of the 64-bit ABI; the others' has two words of 4 bytes. */
struct piece {
	__u64 from, size;
};

static __always_inline struct piece read_piece(__u64 pieces, __u32 index, bool narrow)
{
	struct piece piece = {};
	__u32 slim[2] = {};

	if (narrow) {
		bpf_probe_read_user(slim, sizeof(slim), (void *)(pieces + index * sizeof(slim)));
		piece.from = slim[0];
		piece.size = slim[1];
	} else {
		bpf_probe_read_user(&piece, sizeof(piece), (void *)(pieces + index * sizeof(piece)));
	}
	return piece;
}

/* The bytes of all pieces together. */
LOOP __u64 size_of_pieces(__u64 pieces, __u32 count, __u32 narrow)
{
	__u64 size = 0;

	for (__u32 i = 0; i < MAX_PIECES; i++) {
		if (i >= count)
			break;
		size += read_piece(pieces, i, narrow).size;
	}
	return size;
}

/* At most `left` bytes of one piece, to where `used` bytes of the value stand already. Returns how many came; -1 when none that
 * should. By itself, so that the verifier does not look at each of many pieces again. */
LOOP long write_piece(__u64 from, __u64 size, __u64 left, __u32 position, __u32 used)
{
	struct scratch *scratch = this_scratch(hook_sys_exit);

	if (size > left)
		size = left;
	if (!size)
		return 0;
	if (!scratch)
		return -1;
	return copy_data(scratch, position + used, from, size, settings.snap_length - used) ?: -1;
}

/* Data in pieces, of which `size` bytes count. */
LOOP long write_pieces(__u64 pieces, __u32 count, __u32 narrow, __u64 size, __u32 position)
{
	__u32 used = 0;

	for (__u32 i = 0; i < MAX_PIECES; i++) {
		struct piece piece;
		long copied;

		if (i >= count || used >= settings.snap_length || used >= size)
			break;
		piece = read_piece(pieces, i, narrow);
		copied = write_piece(piece.from, piece.size, size - used, position, used);
		if (copied < 0)
			break;
		used += copied;
	}
	return used;
}

static __always_inline void put_pieces(struct event *event, __u64 pieces, __u32 count, bool narrow, __u64 size)
{
	put_written(event, write_pieces(pieces, count, narrow, size, event->position));
}

static __always_inline __u64 size_argument(const struct call *call, int index)
{
	return call->narrow ? argument_u32(call, index) : argument(call, index);
}

/* What a failed call wanted to send is told as well: as much as a call that worked would have. */
static __always_inline __u64 sent_size(const struct call *call, __s64 result, __u64 size)
{
	return result >= 0 && (__u64)result < size ? (__u64)result : size;
}
