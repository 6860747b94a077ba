/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* One program per shape of event: calls whose parameters are the same share it. */
#pragma once
#include "call.h"
#include "event.h"

static __always_inline bool is_never_unwanted(struct event *event, const struct call *call)
{
	return 0;
}

/* A program that a hook's tail call reaches, around a function that fills the event. It has to be of the hook's own type,
 * which the loader sets: tp_btf's, or, like here, that of perf's tracepoints. */
#define FILLER(hook, name, parameters, fill) FILLER_UNLESS(hook, name, parameters, fill, is_never_unwanted)

/* The same for calls that `is_unwanted` may leave out. */
#define FILLER_UNLESS(hook, name, parameters, fill, is_unwanted)                             \
	SEC("tracepoint")                                                                    \
	int name(__u64 *context)                                                             \
	{                                                                                    \
		struct event event;                                                          \
		if (!event_begin(&event, hook_##hook, parameters))                           \
			return 0;                                                            \
		if (is_unwanted(&event, &event.scratch->call))                               \
			return 0;                                                            \
		fill(&event, &event.scratch->call);                                          \
		return event_send(&event, bpf_get_current_pid_tgid());                       \
	}

/* The same with the function's body in place. It sees `event` and `call`. */
#define EXIT_EVENT(name, parameters, ...)                                                    \
	static __always_inline void fill_##name(struct event *event, const struct call *call) \
	__VA_ARGS__                                                                          \
	FILLER(sys_exit, name, parameters, fill_##name)

static __always_inline void put_result(struct event *event, const struct call *call)
{
	put_s64(event, call->result);
}

/* Descriptors and process ids: 32 bits with a sign in the call, 64 in the event. */
static __always_inline void put_number(struct event *event, const struct call *call, int index)
{
	put_s64(event, argument_s32(call, index));
}

static __always_inline void put_text(struct event *event, const struct call *call, int index)
{
	put_user_text(event, argument(call, index));
}

static __always_inline void put_word(struct event *event, const struct call *call, int index)
{
	put_u32(event, argument_u32(call, index));
}

/* Values of several types start with the number of theirs. */
static __always_inline void put_typed_u64(struct event *event, __u8 type, __u64 value)
{
	*room_behind(event, 0) = type;
	bpf_probe_read_kernel(room_behind(event, 1), sizeof(value), &value);
	put_length(event, 1 + sizeof(value));
}

/* A call that has no event of its own: only which one it was. */
EXIT_EVENT(generic, 2, {
	put_u16(event, call->code);
	put_u16(event, call->number);
})

EXIT_EVENT(result, 1, {
	put_result(event, call);
})

EXIT_EVENT(result_text, 2, {
	put_result(event, call);
	put_text(event, call, 0);
})

EXIT_EVENT(result_text_text, 3, {
	put_result(event, call);
	put_text(event, call, 0);
	put_text(event, call, 1);
})

EXIT_EVENT(result_number, 2, {
	put_result(event, call);
	put_number(event, call, 0);
})

EXIT_EVENT(result_word, 2, {
	put_result(event, call);
	put_word(event, call, 0);
})

EXIT_EVENT(result_number_number, 3, {
	put_result(event, call);
	put_number(event, call, 0);
	put_number(event, call, 1);
})

EXIT_EVENT(result_number_word, 3, {
	put_result(event, call);
	put_number(event, call, 0);
	put_word(event, call, 1);
})
