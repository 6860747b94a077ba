// SPDX-License-Identifier: Apache-2.0
// Measures what a hook costs calls that nobody wants (getpid, read) and calls that are wanted (openat and close).
// Variants alternate within each round, so that drift of the machine hits all alike; medians of the ratios are printed.
// A variant that this kernel refuses is named and left out.
#define _GNU_SOURCE
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 15, VARIANTS = 4, LOADS = 3 };
static const char *variants[VARIANTS] = {"none", "tp_btf/sys_exit", "fexit per call", "syscalls:sys_exit_*"};
static const char *prefixes[VARIANTS] = {"", "raw_", "call_", "point_"};
static const char *loads[LOADS] = {"getpid", "read 1 byte", "openat+close"};
static const int turns[LOADS] = {300000, 200000, 40000};

static double run(int load)
{
	struct timespec from, to;
	char byte;
	int zero = open("/dev/zero", O_RDONLY);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	for (int i = 0; i < turns[load]; i++) {
		if (load == 0)
			syscall(SYS_getpid);
		else if (load == 1)
			(void)!read(zero, &byte, 1);
		else
			close(open("/dev/null", O_RDONLY));
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	close(zero);
	return ((to.tv_sec - from.tv_sec) * 1e9 + (to.tv_nsec - from.tv_nsec)) / turns[load];
}

static int ascending(const void *a, const void *b)
{
	return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

static int quiet(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return 0;
}

static int of_variant(struct bpf_program *program, int v)
{
	return v > 0 && !strncmp(bpf_program__name(program), prefixes[v], strlen(prefixes[v]));
}

static struct bpf_object *load(const char *path, int v)
{
	struct bpf_object *object = bpf_object__open(path);
	struct bpf_program *program;
	if (!object)
		return NULL;
	bpf_object__for_each_program(program, object)
		bpf_program__set_autoload(program, of_variant(program, v));
	if (bpf_object__load(object)) {
		printf("%s: this kernel refuses it (%s)\n", variants[v], strerror(errno));
		return NULL;
	}
	return object;
}

int main(int argc, char **argv)
{
	static double cost[LOADS][VARIANTS][ROUNDS];
	struct bpf_object *objects[VARIANTS];
	libbpf_set_print(quiet);
	for (int v = 0; v < VARIANTS; v++)
		objects[v] = load(argc > 1 ? argv[1] : "hook.bpf.o", v);
	for (int round = 0; round < ROUNDS; round++)
		for (int v = 0; v < VARIANTS; v++) {
			struct bpf_link *links[4];
			struct bpf_program *program;
			int attached = 0;
			if (!objects[v])
				continue;
			bpf_object__for_each_program(program, objects[v]) {
				if (!of_variant(program, v))
					continue;
				links[attached] = bpf_program__attach(program);
				if (!links[attached++]) {
					perror(bpf_program__name(program));
					return 1;
				}
			}
			run(0);
			for (int load = 0; load < LOADS; load++)
				cost[load][v][round] = run(load);
			while (attached)
				bpf_link__destroy(links[--attached]);
		}
	for (int load = 0; load < LOADS; load++)
		for (int v = 0; v < VARIANTS; v++) {
			double ratio[ROUNDS];
			if (!objects[v])
				continue;
			for (int round = 0; round < ROUNDS; round++)
				ratio[round] = cost[load][v][round] / cost[load][0][round];
			qsort(ratio, ROUNDS, sizeof(double), ascending);
			qsort(cost[load][v], ROUNDS, sizeof(double), ascending);
			if (v == 0)
				printf("%-13s", loads[load]);
			else
				printf("%-13s", "");
			printf(" %-20s median %7.1f ns  slowdown %.2f (quartiles %.2f-%.2f)\n", variants[v],
			       cost[load][v][ROUNDS / 2], ratio[ROUNDS / 2], ratio[ROUNDS / 4], ratio[3 * ROUNDS / 4]);
		}
	return 0;
}
