/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Builds one event in the wire format: a packed header of 26 bytes, a length of 2 bytes per parameter, the values. */
#pragma once
#include "maps.h"

#define HEADER_BYTES 26
#define INSIDE(position) ((position) & (EVENT_BYTES - 1))

struct event {
	struct scratch *scratch;
	/* Where the scratch lies, for functions that take plain numbers only. */
	__u32 slot;
	__u32 position;
	__u32 parameters;
};

/* False when there is no scratch, which cannot be but for the verifier. */
static __always_inline bool event_begin(struct event *event, enum hook hook, __u32 parameters)
{
	event->slot = scratch_slot(hook);
	event->scratch = scratch_at(event->slot);
	event->position = HEADER_BYTES + 2 * parameters;
	event->parameters = 0;
	return event->scratch;
}

static __always_inline void *event_room(struct event *event)
{
	return &event->scratch->data[INSIDE(event->position)];
}

/* Ends a parameter whose value was already written at event_room. */
static __always_inline void put_length(struct event *event, __u32 length)
{
	*(__u16 *)&event->scratch->data[INSIDE(HEADER_BYTES + 2 * event->parameters)] = length;
	event->position += length;
	event->parameters++;
}

#define PUT(event, type, value)                                                              \
	do {                                                                                 \
		*(type *)event_room(event) = (type)(value);                                  \
		put_length(event, sizeof(type));                                             \
	} while (0)

static __always_inline void put_u8(struct event *event, __u8 value)
{
	PUT(event, __u8, value);
}

static __always_inline void put_u16(struct event *event, __u16 value)
{
	PUT(event, __u16, value);
}

static __always_inline void put_u32(struct event *event, __u32 value)
{
	PUT(event, __u32, value);
}

static __always_inline void put_u64(struct event *event, __u64 value)
{
	PUT(event, __u64, value);
}

static __always_inline void put_s64(struct event *event, __s64 value)
{
	PUT(event, __s64, value);
}

static __always_inline void put_absent(struct event *event)
{
	put_length(event, 0);
}

/* A text that the process pointed to. Absent, and counted, when it cannot be read. */
static __always_inline void put_user_text(struct event *event, __u64 address)
{
	long length = address ? bpf_probe_read_user_str(event_room(event), MAX_TEXT, (void *)address) : 0;

	if (length <= 0 || length > MAX_TEXT) {
		if (address)
			COUNT(unreadable);
		length = 0;
	}
	if (length == MAX_TEXT)
		COUNT(truncated);
	put_length(event, length);
}

static __always_inline void put_kernel_text(struct event *event, const void *address)
{
	long length = address ? bpf_probe_read_kernel_str(event_room(event), MAX_TEXT, address) : 0;

	if (length <= 0 || length > MAX_TEXT) {
		if (address)
			COUNT(unreadable);
		length = 0;
	}
	put_length(event, length);
}

/* Functions that loop are global: the verifier looks at each once by itself, not again in every filler. It lets them take
 * plain numbers only. Those that write take the position in the event and return the length that they wrote there. */
#define LOOP __noinline

static __always_inline void put_written(struct event *event, long length)
{
	put_length(event, length > 0 && length < EVENT_BYTES ? length : 0);
}

/* A path is put together from its end: it is walked from its last name to its first. */
static __always_inline void path_begin(struct scratch *scratch)
{
	scratch->path_start = MAX_TEXT - 1;
	scratch->path[MAX_TEXT - 1] = 0;
}

/* Puts "/name" before what is there. False when it does not fit. */
static __always_inline bool path_prepend(struct scratch *scratch, const void *name, __u32 size)
{
	__u32 start = scratch->path_start;

	size &= 255;
	if (start <= size)
		return 0;
	start -= size + 1;
	scratch->path_start = start;
	scratch->path[start & (MAX_TEXT - 1)] = '/';
	bpf_probe_read_kernel(&scratch->path[(start + 1) & (MAX_TEXT - 1)], size, name);
	return 1;
}

static __always_inline bool path_is_empty(struct scratch *scratch)
{
	return scratch->path_start == MAX_TEXT - 1;
}

static __always_inline long path_write(struct scratch *scratch, __u32 position)
{
	return bpf_probe_read_kernel_str(&scratch->data[INSIDE(position)], MAX_TEXT,
					 &scratch->path[scratch->path_start & (MAX_TEXT - 1)]);
}

/* Appends to the value under construction, which takes `used` bytes already; returns the new size. */
static __always_inline __u8 *room_behind(struct event *event, __u32 used)
{
	return &event->scratch->data[INSIDE(event->position + used)];
}

/* Stamps the event and hands it over. The time is taken here, last, so that a ring that several CPUs share is in order. */
static __always_inline int event_send(struct event *event, __u32 tid)
{
	struct scratch *scratch = event->scratch;
	__u32 cpu = bpf_get_smp_processor_id();
	__u32 length = event->position, record = length + sizeof(__u16);
	void *ring = bpf_map_lookup_elem(&rings, &cpu);
	__u64 unread, wake;

	COUNT(seen);
	if (!ring) {
		COUNT(other);
		return 0;
	}
	if (record >= EVENT_BYTES) {
		COUNT(too_large);
		return 0;
	}
	*(__u64 *)&scratch->data[8] = tid;
	*(__u32 *)&scratch->data[16] = length;
	*(__u16 *)&scratch->data[20] = scratch->call.event;
	*(__u32 *)&scratch->data[22] = event->parameters;

	/* A wake-up is an interrupt on this CPU; the reader looks every few milliseconds without one. So it is woken
	 * only by the event that fills the ring past the mark, and by the first one when all was quiet. */
	unread = bpf_ringbuf_query(ring, BPF_RB_AVAIL_DATA);
	wake = unread < settings.wake_bytes && unread + length >= settings.wake_bytes ? BPF_RB_FORCE_WAKEUP
										       : BPF_RB_NO_WAKEUP;
	if (reader_rests) {
		reader_rests = 0;
		wake = BPF_RB_FORCE_WAKEUP;
	}
	/* The format has no place for the CPU: it follows the event. */
	*(__u16 *)event_room(event) = cpu;
	*(__u64 *)&scratch->data[0] = settings.wall_at_boot + bpf_ktime_get_boot_ns();
	/* Else clang leaves the mask out, and the verifier does not see the bound. */
	barrier_var(record);
	if (bpf_ringbuf_output(ring, scratch->data, INSIDE(record), wake))
		COUNT(ring_full);
	return 0;
}
