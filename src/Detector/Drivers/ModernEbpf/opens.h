/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Opens that no rule can want, as user space found out: by the region that the path lies in, and by the way of access. An open
 * is left out only as a whole. What it asked for lies in memory that another thread may change between its start and its end,
 * so the end is left out only when its start was, and both say the same. */
#pragma once
#include "files.h"
#include "shapes.h"

#define O_CREATES 0100
#define O_TMPFILE_ALONE 020000000
#define S_IFMT 0170000
#define S_IFREG 0100000

enum {
	EVENT_OPEN_ENTER = 2,
	EVENT_OPEN_EXIT = 3,
	EVENT_CREAT_ENTER = 58,
	EVENT_CREAT_EXIT = 59,
	EVENT_OPENAT_ENTER = 306,
	EVENT_OPENAT_EXIT = 307,
	EVENT_OPENAT2_ENTER = 326,
	EVENT_OPENAT2_EXIT = 327,
};

/* The beginnings of paths that the rules tell apart. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 4096);
	__type(key, struct region_key);
	__type(value, struct region);
} regions SEC(".maps");

/* What became of the start of each thread's last open. What the start asked for stands above, in one word with it. */
enum {
	START_TOLD = 0,
	/* It was told, and its end was left out: the next open is told, so that user space does not take the one for the other. */
	START_UNANSWERED = 1,
	START_LEFT_OUT = 2,
	START_FATES = 3,
	/* What was asked for is known: the class and the region. */
	START_KNOWN = 4,
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, __u32);
} starts SEC(".maps");

static __always_inline bool is_failure(__s64 result)
{
	return result < 0 && result >= -LAST_ERROR;
}

static __always_inline bool opens_path(__u16 event)
{
	switch (event) {
	case EVENT_OPEN_EXIT:
	case EVENT_CREAT_EXIT:
	case EVENT_OPENAT_EXIT:
	case EVENT_OPENAT2_EXIT:
		return 1;
	default:
		return 0;
	}
}

static __always_inline void forget_start(__u32 thread)
{
	if (settings.filter_opens)
		bpf_map_delete_elem(&starts, &thread);
}

/* Read, write, both, and each once more for opens that may make a file; -1 for what is none of these. */
static __always_inline __s32 open_class(__u64 flags)
{
	__u32 access = flags & 3;

	if (access == 3)
		return -1;
	return access + (flags & (O_CREATES | O_TMPFILE_ALONE) ? 3 : 0);
}

/* The bytes of a word that are this character, by their highest bits. */
static __always_inline __u64 bytes_that_are(__u64 word, __u8 character)
{
	const __u64 ones = 0x0101010101010101, low = 0x7f * ones;
	__u64 other = word ^ character * ones;

	return ~(((other & low) + low) | other | low);
}

/* Whether a path has `//`, `./` or `..` in it, and so may mean another. Eight bytes at a time. */
static __always_inline bool is_winding(const char *path, __u32 length)
{
	__u64 last = 0;

	for (__u32 i = 0; i < REGION_BYTES && i < length; i += 8) {
		__u64 here = *(const __u64 *)(path + i), before = here << 8 | last;
		__u64 slash = bytes_that_are(here, '/'), dot = bytes_that_are(here, '.');
		__u64 dot_before = bytes_that_are(before, '.'), slash_before = bytes_that_are(before, '/');
		__u64 bad = (slash & (slash_before | dot_before)) | (dot & dot_before);

		if (length - i < 8)
			bad &= (1ULL << 8 * (length - i)) - 1; /* behind the path stands what was there before */
		if (bad)
			return 1;
		last = here >> 56;
	}
	return 0;
}

/* The region of a plain absolute path: its number, and above it the classes that are wanted, and those that are when the open
 * fails; -1 for other paths. */
LOOP __s64 region_of(__u64 address, __u32 slot)
{
	struct scratch *scratch = scratch_at(slot);
	struct region_key *key;
	struct region *region;
	long length;

	if (!scratch)
		return -1;
	key = &scratch->region;
	length = bpf_probe_read_user_str(key->text, REGION_BYTES, (void *)address);
	if (length < 2 || length >= REGION_BYTES || key->text[0] != '/' || is_winding((const char *)key->text, length - 1))
		return -1;
	key->bits = 8 * (length - 1);
	region = bpf_map_lookup_elem(&regions, key);
	return region ? region->number | (__s64)region->wanted << 16 | (__s64)region->wanted_failed << 24 : -1;
}

/* An open as one of those that can be left out. */
struct asking {
	/* What it asks for, as it stands in `starts`; 0 when that says nothing, and the open is told. */
	__u32 mark;
	/* Whether somebody may want it, if it succeeds and if it fails. */
	bool is_wanted;
	bool is_wanted_failed;
};

static __always_inline struct asking asking_of(struct event *event, const struct call *call)
{
	__u64 path = argument(call, 0), flags = argument(call, 1);
	struct asking asking = {};
	__s32 class;
	__s64 region;

	switch (call->event) {
	case EVENT_CREAT_ENTER:
	case EVENT_CREAT_EXIT:
		flags = O_CREATES | 1; /* and O_WRONLY */
		break;
	case EVENT_OPENAT_ENTER:
	case EVENT_OPENAT_EXIT:
		path = argument(call, 1);
		flags = argument(call, 2);
		break;
	case EVENT_OPENAT2_ENTER:
	case EVENT_OPENAT2_EXIT:
		path = argument(call, 1);
		flags = open_how(call).flags;
		break;
	}
	class = open_class(flags);
	if (class < 0)
		return asking;
	region = region_of(path, event->slot);
	if (region < 0)
		return asking;
	asking.mark = START_KNOWN | class << 8 | (region & 0xffff) << 16;
	asking.is_wanted = region >> 16 & (1 << class);
	asking.is_wanted_failed = region >> 24 & (1 << class);
	return asking;
}

static __always_inline bool is_unwanted_start(struct event *event, const struct call *call)
{
	__u32 thread = bpf_get_current_pid_tgid(), mark, *start;
	struct asking asking;
	bool left_out;

	if (!settings.filter_opens)
		return 0;
	start = bpf_map_lookup_elem(&starts, &thread);
	asking = asking_of(event, call);
	left_out = asking.mark && !asking.is_wanted && !(start && (*start & START_FATES) == START_UNANSWERED);
	mark = asking.mark | (left_out ? START_LEFT_OUT : START_TOLD);
	if (start)
		*start = mark;
	else if (!mark || bpf_map_update_elem(&starts, &thread, &mark, BPF_ANY))
		return 0;
	if (left_out)
		COUNT(filtered);
	return left_out;
}

/* Regular files alone: other calls can begin their paths at an open directory. */
static __always_inline bool is_regular(__s64 fd)
{
	struct file *file = file_of(fd);

	return file && (BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT) == S_IFREG;
}

/* Says that the end of an open will not come. Not possible when there is no room to keep that. */
static __always_inline bool leave_unanswered(__u32 thread, __u32 *start)
{
	__u32 mark = START_UNANSWERED;

	if (!start)
		return !bpf_map_update_elem(&starts, &thread, &mark, BPF_ANY);
	if ((*start & START_FATES) == START_TOLD)
		*start = mark;
	return 1;
}

static __always_inline bool is_unwanted_end(struct event *event, const struct call *call)
{
	__u32 thread = bpf_get_current_pid_tgid(), *start;
	bool failed = is_failure(call->result), left_out;
	struct asking asking;

	if (!settings.filter_opens)
		return 0;
	start = bpf_map_lookup_elem(&starts, &thread);
	if (failed && call->drop_failed) {
		left_out = leave_unanswered(thread, start);
	} else {
		asking = asking_of(event, call);
		left_out = start && asking.mark && asking.mark == (*start & ~START_FATES);
		if (failed)
			left_out = left_out && !asking.is_wanted_failed && leave_unanswered(thread, start);
		else
			left_out = left_out && (*start & START_FATES) == START_LEFT_OUT && call->result >= 0 && is_regular(call->result);
	}
	if (left_out)
		COUNT(filtered);
	return left_out;
}
