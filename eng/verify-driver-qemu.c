// SPDX-License-Identifier: Apache-2.0
// Runs inside the guest of verify-driver-qemu.sh: loads every program of the driver's object, attaches the hooks, makes a
// few calls, in 64-bit and 32-bit code, and looks for their events in the ring. Then it makes 12,000 opens by processes that
// preempt each other, and compares how many were told with how many were made. Usage: load OBJECT [tp_btf | steady [few]]
// few: only the programs that these calls need are loaded.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <linux/types.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "../src/Detector/Drivers/ModernEbpf/settings.h"

// Holds everything that is made here.
#define RING_BYTES (16 << 20)
#define HOOKS 5
#define OPENERS 3
#define OPENS 4000
#define IA32_RMDIR 40
#define MARK "saker-verify"
#define OPENED "/saker-opened"

// Calls to be told, with the event's number and the program that fills it, as in SystemCalls.cs.
static const struct {
	int abi, number, event;
	const char *filler;
} calls[] = {
	{0, SYS_openat, 307, "openat_exit"},
	{0, SYS_read, 7, "read_exit"},
	{0, SYS_execve, 293, "execve_exit"},
	{0, SYS_clone, 223, "clone_exit"},
	{1, IA32_RMDIR, 279, "result_text"},
};

// What must be seen; the child of a fork, a started program and the end of a thread come from the scheduler's hooks.
static const struct {
	int event;
	const char *text;
} wanted[] = {{307, MARK}, {7, NULL}, {293, "busybox"}, {223, NULL}, {279, MARK}, {186, NULL}};

static unsigned int seen;
static int opens_told;

static int look(void *context, void *data, size_t size)
{
	unsigned short type;
	memcpy(&type, (char *)data + 20, sizeof(type));
	for (unsigned int i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (type == wanted[i].event &&
		    (!wanted[i].text || memmem(data, size, wanted[i].text, strlen(wanted[i].text))))
			seen |= 1u << i;
	opens_told += type == 307 && memmem(data, size, OPENED, strlen(OPENED));
	return 0;
}

static void make_calls(void)
{
	long result, rmdir32 = IA32_RMDIR;
	char byte;
	int fd = openat(AT_FDCWD, "/" MARK, O_RDWR | O_CREAT, 0600);
	// A static program without address randomisation: the text is in reach of 32 bits.
	static const char name[] = "/" MARK "-32";
	pid_t child;

	if (read(fd, &byte, 1) < 0)
		perror("read");
	if ((unsigned long)name >> 32 == 0)
		__asm__ volatile("int $0x80" : "=a"(result) : "a"(rmdir32), "b"(name) : "memory", "r8", "r9", "r10", "r11");
	child = syscall(SYS_clone, 17 /* SIGCHLD */, NULL, NULL, NULL, 0);
	if (!child) {
		execl("/bin/busybox", "busybox", "true", (char *)NULL);
		_exit(1);
	}
	waitpid(child, NULL, 0);
}

// More processes than CPUs, so that they are stopped in the midst of the driver; beside them others come and go.
static void make_opens(void)
{
	pid_t openers[OPENERS], forker;

	for (int i = 0; i < OPENERS; i++) {
		openers[i] = fork();
		if (openers[i])
			continue;
		for (int j = 0; j < OPENS; j++)
			close(openat(AT_FDCWD, OPENED, O_RDONLY));
		_exit(0);
	}
	forker = fork();
	while (!forker) {
		pid_t child = syscall(SYS_clone, 17 /* SIGCHLD */, NULL, NULL, NULL, 0);
		if (!child)
			_exit(0);
		waitpid(child, NULL, 0);
	}
	for (int i = 0; i < OPENERS; i++)
		waitpid(openers[i], NULL, 0);
	kill(forker, 9);
	waitpid(forker, NULL, 0);
}

// Times that the kernel left a program out since another task stood within it.
static unsigned long long left_out(struct bpf_object *object)
{
	struct bpf_program *program;
	unsigned long long sum = 0;

	bpf_object__for_each_program(program, object) {
		struct bpf_prog_info info = {};
		__u32 size = sizeof(info);
		if (bpf_program__fd(program) >= 0 && !bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size))
			sum += info.recursion_misses;
	}
	return sum;
}

// Events that the driver itself counted as lost.
static unsigned long long lost(struct bpf_object *object, unsigned int cpus)
{
	struct counters *counters = calloc(cpus, sizeof(*counters));
	unsigned long long sum = 0;
	__u32 key = 0;

	if (bpf_map_lookup_elem(bpf_map__fd(bpf_object__find_map_by_name(object, "counted")), &key, counters))
		return -1;
	for (unsigned int cpu = 0; cpu < cpus; cpu++)
		sum += counters[cpu].ring_full + counters[cpu].too_large + counters[cpu].other;
	free(counters);
	return sum;
}

static bool is_needed(const char *filler)
{
	for (unsigned int i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (!strcmp(calls[i].filler, filler))
			return true;
	return false;
}

// The programs for the other way to hook are not loaded; fillers take the type of the hooks that call them.
static void choose(struct bpf_object *object, bool steady, bool few)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, object) {
		const char *called = bpf_program__name(program);
		bool hook = !strncmp(called, "sys_", 4) || !strncmp(called, "process_", 8);
		if (!strncmp(called, "steady_", 7) ? !steady : hook ? steady : few && !is_needed(called))
			bpf_program__set_autoload(program, false);
		if (steady || hook || !strncmp(called, "steady_", 7))
			continue;
		bpf_program__set_type(program, BPF_PROG_TYPE_TRACING);
		bpf_program__set_expected_attach_type(program, BPF_TRACE_RAW_TP);
		bpf_program__set_attach_target(program, 0, strstr(called, "_enter") && strcmp(called, "io_uring_enter_exit") ? "sys_enter" : "sys_exit");
	}
}

static int fail(const char *what, const char *on)
{
	printf("FAILED to %s on %s\n", what, on);
	return 1;
}

int main(int count, char **arguments)
{
	struct utsname name;
	struct bpf_object *object = bpf_object__open(arguments[1]);
	struct bpf_program *program;
	struct settings *settings;
	struct timespec wall, boot;
	unsigned int cpus = libbpf_num_possible_cpus(), cpu;
	size_t size;
	int major = 0, minor = 0;
	bool steady;
	unsigned long long skipped, dropped;
	int ring = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "ring", 0, 0, RING_BYTES, NULL), loaded = 0, attached = 0, fillers;
	struct ring_buffer *reader;

	uname(&name);
	if (!object || ring < 0)
		return fail("open", name.release);
	// From 7.2 on programs of tp_btf are preempted.
	sscanf(name.release, "%d.%d", &major, &minor);
	steady = count > 2 ? !strcmp(arguments[2], "steady") : major > 7 || (major == 7 && minor >= 2);
	choose(object, steady, count > 3);
	bpf_map__set_max_entries(bpf_object__find_map_by_name(object, "scratches"), HOOKS * cpus);
	bpf_map__set_max_entries(bpf_object__find_map_by_name(object, "rings"), cpus);
	bpf_map__set_inner_map_fd(bpf_object__find_map_by_name(object, "rings"), ring);
	settings = (struct settings *)bpf_map__initial_value(bpf_object__find_map_by_name(object, ".rodata"), &size);
	if (!settings || size != sizeof(*settings))
		return fail("find the settings", name.release);
	clock_gettime(CLOCK_REALTIME, &wall);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	settings->wall_at_boot = (wall.tv_sec - boot.tv_sec) * 1000000000ull + wall.tv_nsec - boot.tv_nsec;
	settings->wake_bytes = RING_BYTES / 4;
	settings->snap_length = 80;
	settings->cpus = cpus;
	settings->scratch_stride = steady ? 0 : cpus;
	for (unsigned int i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		settings->exits[calls[i].abi][calls[i].number] = (struct hooked_call){calls[i].event, i + 1};
	if (bpf_object__load(object))
		return fail("load", name.release);
	fillers = bpf_map__fd(bpf_object__find_map_by_name(object, "exit_fillers"));
	for (unsigned int i = 1; i <= sizeof(calls) / sizeof(calls[0]); i++) {
		int fd = bpf_program__fd(bpf_object__find_program_by_name(object, calls[i - 1].filler));
		if (bpf_map_update_elem(fillers, &i, &fd, 0))
			return fail("register a filler", name.release);
	}
	for (cpu = 0; cpu < cpus; cpu++)
		if (bpf_map_update_elem(bpf_map__fd(bpf_object__find_map_by_name(object, "rings")), &cpu, &ring, 0))
			return fail("give a CPU its ring", name.release);
	reader = ring_buffer__new(ring, look, NULL, NULL);
	bpf_object__for_each_program(program, object) {
		const char *called = bpf_program__name(program);
		if (!bpf_program__autoload(program))
			continue;
		loaded++;
		if (strncmp(called, "steady_", 7) && strncmp(called, "sys_", 4) && strncmp(called, "process_", 8))
			continue;
		if (!bpf_program__attach(program))
			return fail("attach", called);
		attached++;
	}
	make_calls();
	make_opens();
	ring_buffer__consume(reader);
	skipped = left_out(object);
	dropped = lost(object, cpus);
	for (unsigned int i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (!(seen & 1u << i)) {
			printf("FAILED on %s: no event %d came\n", name.release, wanted[i].event);
			return 1;
		}
	if (opens_told > OPENERS * OPENS || opens_told + skipped + dropped < OPENERS * OPENS ||
	    (steady && opens_told != OPENERS * OPENS)) {
		printf("FAILED on %s: of %d opens %d were told, %llu left out, %llu lost\n", name.release, OPENERS * OPENS,
		       opens_told, skipped, dropped);
		return 1;
	}
	printf("VERIFIED %s: %d programs loaded, %d attached (%s), %d kinds of events came; %d of %d opens told, %llu left out, %llu lost\n",
	       name.release, loaded, attached, steady ? "steady" : "tp_btf", (int)(sizeof(wanted) / sizeof(wanted[0])),
	       opens_told, OPENERS * OPENS, skipped, dropped);
	return 0;
}
