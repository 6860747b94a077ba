using System.Globalization;

namespace Saker.EndToEnd.Tests.LiveState;

/// <summary>What the detector knows of processes and descriptors on the real kernel, against what the scenarios did.</summary>
[Collection(Watching.Name)]
public sealed class LiveStateTests(LiveState live) : IClassFixture<LiveState>
{
    [Theory]
    [InlineData(1, "first")]
    [InlineData(2, "childs")]
    [InlineData(3, null)]
    [InlineData(4, "shared")]
    public Task A_child_has_a_copy_of_the_descriptors_and_shares_them_only_with_CLONE_FILES(int question, string? file) => AssertFileAsync("inherit", question, file);

    [Theory]
    [InlineData("close-on-exec", 1, "first")]
    [InlineData("close-on-exec", 2, null)] // dup3 with O_CLOEXEC
    [InlineData("close-on-exec", 3, "first")]
    [InlineData("close-on-exec", 4, null)] // F_SETFD FD_CLOEXEC
    [InlineData("close-on-exec", 5, "first")] // dup3 with O_CLOEXEC, then F_SETFD 0
    public Task Exec_closes_the_descriptors_that_are_marked_so(string scenario, int question, string? file) => AssertFileAsync(scenario, question, file);

    [Theory]
    [InlineData(1, "first")]
    [InlineData(2, "first")]
    [InlineData(3, "first")]
    [InlineData(4, "first")]
    [InlineData(5, "first")]
    [InlineData(6, "first")]
    [InlineData(7, null)]
    [InlineData(8, "second")]
    [InlineData(9, null)]
    [InlineData(10, "first")]
    public Task Copies_of_a_descriptor_name_its_file_until_they_are_closed(int question, string? file) => AssertFileAsync("dups", question, file);

    [Theory]
    [InlineData(1, "a/here")]
    [InlineData(2, "a/b/there")]
    [InlineData(3, "a/back")]
    [InlineData(4, "a/b/at")]
    [InlineData(5, "a/b/threads")]
    public Task Relative_paths_start_from_the_working_directory_or_the_descriptor_of_a_folder(int question, string file) => AssertFileAsync("folders", question, file);

    [Fact]
    public async Task After_chroot_paths_are_as_the_process_sees_them() =>
        Assert.Equal("/etc/rooted", (await live.AskAsync("folders")).At(6)["fd.name"]);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public Task A_deleted_file_keeps_its_name(int question) => AssertFileAsync("deleted", question, "first");

    [Theory]
    [InlineData(1, 2, "ipv4", "127.0.0.1:")]
    [InlineData(3, 4, "ipv6", "::1:")]
    public async Task Both_ends_of_a_connection_are_named_alike(int client, int server, string type, string start)
    {
        var scenario = await live.AskAsync("sockets");
        var (one, other) = (scenario.At(client), scenario.At(server));
        Assert.Equal((type, type, "tcp", "tcp"), (one["fd.type"], other["fd.type"], one["fd.l4proto"], other["fd.l4proto"]));
        Assert.Equal(one["fd.name"], other["fd.name"]);
        Assert.All(one["fd.name"]!.Split("->"), end => Assert.StartsWith(start, end, StringComparison.Ordinal));
        Assert.Equal(2, one["fd.name"]!.Split("->").Distinct().Count());
    }

    [Fact]
    public async Task A_connected_datagram_socket_names_both_ends()
    {
        var told = (await live.AskAsync("sockets")).At(5);
        Assert.Equal(("ipv4", "udp"), (told["fd.type"], told["fd.l4proto"]));
        Assert.EndsWith("->127.0.0.1:9", told["fd.name"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(6)]
    [InlineData(7)]
    public async Task Both_ends_of_a_unix_connection_name_its_path(int question)
    {
        var told = (await live.AskAsync("sockets")).At(question);
        Assert.Equal("unix", told["fd.type"]);
        Assert.EndsWith("named", told["fd.name"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "tcp")]
    [InlineData(2, "tcp")]
    [InlineData(3, "tcp")]
    [InlineData(4, "udp")]
    [InlineData(5, "udp")]
    [InlineData(6, "udp")]
    public async Task Who_talks_IPv4_to_a_dual_stack_server_is_told_so_on_both_sides(int question, string protocol)
    {
        var told = (await live.AskAsync("dual")).At(question);
        Assert.Equal(("ipv4", protocol, "127.0.0.1", "127.0.0.1"), (told["fd.type"], told["fd.l4proto"], told["fd.cip"], told["fd.sip"]));
        Assert.All(told["fd.name"]!.Split("->"), end => Assert.StartsWith("127.0.0.1:", end, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_datagram_server_that_connects_to_who_asked_is_not_its_client()
    {
        var scenario = await live.AskAsync("dual");
        Assert.Equal(scenario.At(5)["fd.name"], scenario.At(6)["fd.name"]);
        Assert.Equal(scenario.At(4)["fd.name"]!.Split("->")[1], scenario.At(6)["fd.name"]!.Split("->")[1]);
    }

    [Theory]
    [InlineData(1, "first")]
    [InlineData(2, "")]
    public Task A_file_that_is_opened_by_its_handle_has_its_own_name(int question, string file) => AssertFileAsync("handle", question, file);

    [Fact]
    public Task A_descriptor_that_was_passed_names_its_file() => AssertFileAsync("pass", 1, "first");

    [Fact]
    public async Task A_thread_is_told_as_one_of_its_process_and_shares_its_descriptors()
    {
        var scenario = await live.AskAsync("threads");
        var (thread, main) = (scenario.At(1), scenario.At(2));
        Assert.NotEqual(thread["thread.tid"], thread["proc.pid"]);
        Assert.Equal(Number(scenario.Pid), thread["proc.pid"]);
        Assert.Equal(Number(scenario.Pid), main["thread.tid"]);
        Assert.All([thread, main], told => Assert.Equal(scenario.File("threads"), told["fd.name"]));
    }

    [Fact]
    public async Task After_vfork_and_exec_the_child_has_its_parent_its_folder_and_its_descriptors()
    {
        var scenario = await live.AskAsync("vforks");
        var exec = Assert.Single(scenario.Events("execve"), told => told["proc.args"]!.StartsWith("vfork-after", StringComparison.Ordinal));
        Assert.Equal((Number(scenario.Pid), "state", scenario.File("sub")), (exec["proc.ppid"], exec["proc.pname"], exec["proc.cwd"]!.TrimEnd('/')));
        Assert.Equal((exec["proc.pid"], scenario.File("first")), (scenario.At(1)["proc.pid"], scenario.At(1)["fd.name"]));
        Assert.Equal(scenario.File("sub/after"), scenario.At(2)["fd.name"]);
    }

    [Fact]
    public async Task After_exec_by_a_thread_the_process_goes_on_under_the_leader_s_id()
    {
        var scenario = await live.AskAsync("thread-exec");
        Assert.All([scenario.At(1), scenario.At(2)], told =>
            Assert.Equal((Number(scenario.Pid), Number(scenario.Pid)), (told["thread.tid"], told["proc.pid"])));
        Assert.Equal(scenario.File("first"), scenario.At(1)["fd.name"]);
        Assert.Equal(scenario.File("after"), scenario.At(2)["fd.name"]);
    }

    [Fact]
    public async Task A_reused_id_has_nothing_of_the_process_that_had_it_before()
    {
        var scenario = await live.AskAsync("reuse");
        var questions = scenario.Events("fchmod");
        // The last two are the old process and the new one under its id.
        var (old, reused) = (questions[^2], questions[^1]);
        Assert.Equal(("1", scenario.File("olds")), (old["evt.rawarg.mode"], old["fd.name"]));
        Assert.Equal(("2", old["proc.pid"]), (reused["evt.rawarg.mode"], reused["proc.pid"]));
        Assert.Null(Absent(reused["fd.name"]));
        var exec = scenario.Events("execve")[^1];
        Assert.Equal((old["proc.pid"], Number(scenario.Pid), "state"), (exec["proc.pid"], exec["proc.ppid"], exec["proc.pname"]));
    }

    [Fact]
    public async Task A_thousand_children_that_move_to_the_other_cpu_before_exec_have_their_parent()
    {
        var scenario = await live.AskAsync("migrate");
        var execs = scenario.Events("execve").Where(static told => told["proc.args"]!.StartsWith("nothing", StringComparison.Ordinal)).ToList();
        Assert.Equal(1000, execs.Select(static told => told["proc.pid"]).Distinct().Count());
        Assert.All(execs, told => Assert.Equal((Number(scenario.Pid), "state", scenario.Program), (told["proc.ppid"], told["proc.pname"], told["proc.exepath"])));
        // Each ends before the next one starts.
        Assert.Equal(execs.Select(static told => told["proc.pid"]), scenario.Events("procexit").Select(static told => told["proc.pid"]).Where(pid => pid != Number(scenario.Pid)));
    }

    [Theory]
    [InlineData(1, "first")]
    [InlineData(2, "gone")]
    [InlineData(4, "sub/later")]
    public Task Files_that_were_open_before_the_start_are_known(int question, string file) => AssertFileAsync("before", question, file);

    [Fact]
    public async Task A_process_that_was_there_before_the_start_is_known()
    {
        var scenario = await live.AskAsync("before");
        var told = scenario.At(3);
        Assert.Equal(("state", Number(scenario.Pid), scenario.Program, scenario.File("sub")), (told["proc.name"], told["proc.pid"], told["proc.exepath"], told["proc.cwd"]!.TrimEnd('/')));
        Assert.Equal("pipe", told["fd.type"]);
        Assert.Equal(scenario.At(5)["fd.name"], scenario.At(6)["fd.name"]);
    }

    [Theory]
    [InlineData(1, "first")]
    [InlineData(2, "first")]
    [InlineData(3, null)]
    public Task A_32_bit_program_is_told_like_any_other(int question, string? file) => AssertFileAsync("32-bit", question, file);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string? Absent(string? value) => value is { Length: > 0 } ? value : null;

    private async Task AssertFileAsync(string name, int question, string? file)
    {
        var scenario = await live.AskAsync(name);
        Assert.Equal(file is null ? null : scenario.File(file).TrimEnd('/'), Absent(scenario.At(question)["fd.name"]));
    }
}
