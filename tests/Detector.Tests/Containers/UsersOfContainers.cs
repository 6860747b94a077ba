using System.Diagnostics;
using System.Text;
using Saker.Detector.Containers;
using Saker.Detector.Events;
using Saker.Detector.Inquiry;
using Saker.Detector.State;
using Saker.Detector.State.Proc;
using Saker.Detector.Tests.Fields;

namespace Saker.Detector.Tests.Containers;

/// <summary>Names of users in containers come from the container's own lists, whatever stands there.</summary>
public sealed class UsersOfContainers : IDisposable
{
    private const string Full = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private readonly string folder = Directory.CreateTempSubdirectory("saker-users-").FullName;

    public UsersOfContainers()
    {
        Directory.CreateDirectory(In("proc/20/root/etc"));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task After_the_first_exec_names_are_those_of_the_container()
    {
        Write("passwd", "root:x:0:0:root:/root:/bin/sh\nweb:x:1000:1000::/srv/web:/bin/false\n");
        Write("group", "root:x:0:\nstaff:x:1000:web\n");
        using var probe = new FieldProbe();
        await using var users = new ContainerUsers(folder);
        probe.State.Containers.AskUsers = users.Ask;
        probe.State.Users.Set(1000, 1000, "of the host"u8, ""u8, ""u8);
        probe.Events.Exec(20, "sh", ("uid", 1000), ("gid", 1000), ("cgroups", Encoding.UTF8.GetBytes($"cpu=/docker/{Full}\0")));
        Assert.Equal("<NA> <NA>", Show(probe, "user.name group.name"));
        await UntilAsync(users, () => probe.State.Containers.Find(Full[..12])!.Users is not null);
        Assert.Equal("web /srv/web /bin/false staff", Show(probe, "user.name user.homedir user.shell group.name"));
    }

    [Fact]
    public async Task A_process_that_is_still_at_the_host_s_root_says_nothing()
    {
        Directory.Delete(In("proc/20/root"), recursive: true);
        Directory.CreateSymbolicLink(In("proc/20/root"), folder);
        Directory.CreateDirectory(In("etc"));
        await File.WriteAllTextAsync(In("etc/passwd"), "host:x:0:0::/:/\n", TestContext.Current.CancellationToken);
        Write("../../../21/root/etc/passwd", "last:x:0:0::/:/\n");
        var entry = new ContainerEntry("a"u8, "a"u8, CgroupKind.Runtime);
        var last = new ContainerEntry("b"u8, "b"u8, CgroupKind.Runtime);
        await using var users = new ContainerUsers(folder);
        users.Ask(entry, 20);
        users.Ask(last, 21);
        await UntilAsync(users, () => last.Users is not null);
        Assert.Null(entry.Users);
    }

    [Fact]
    public async Task What_ran_exec_meanwhile_is_asked_when_the_first_was_too_early()
    {
        Directory.CreateDirectory(In("etc"));
        Directory.CreateDirectory(In("proc/19"));
        Directory.CreateSymbolicLink(In("proc/19/root"), folder);
        Write("passwd", "web:x:1000:1000::/:/\n");
        await using var users = new ContainerUsers(folder);
        var (table, entry) = OneContainer(users.Ask);
        table.Executed(entry, 19, uid: 1000, 2_000_000_000);
        table.Executed(entry, 20, uid: 1000, 2_000_000_001); // mostly under the same id, at another root by then
        Assert.True(entry.IsPending);
        await UntilAsync(users, () => !entry.IsPending);
        Assert.Equal("web", Encoding.UTF8.GetString(entry.Users!.User(1000)!.Name));
    }

    [Fact]
    public async Task Users_that_are_made_later_are_found_and_nobody_is_forgotten()
    {
        const ulong second = 1_000_000_000;
        Write("passwd", "web:x:1000:1000::/:/\n");
        await using var users = new ContainerUsers(folder);
        var (table, entry) = OneContainer(users.Ask);
        table.LookUpUser(entry, 20, uid: 1000, 2 * second);
        await UntilAsync(users, () => !entry.IsPending);
        table.Executed(entry, 20, uid: 1000, 20 * second);
        Assert.False(entry.IsPending, "It was read again for a user who is known.");
        Write("passwd", "web:x:1000:1000::/:/\nlate:x:6000:6000::/:/\n");
        table.Executed(entry, 20, uid: 6000, 20 * second);
        await UntilAsync(users, () => !entry.IsPending);
        Assert.Equal("late", Encoding.UTF8.GetString(entry.Users!.User(6000)!.Name));
        table.Executed(entry, 20, uid: 6001, 21 * second);
        Assert.True(entry.IsPending, "Nobody looked for one who was not met before.");
        await UntilAsync(users, () => !entry.IsPending);
        table.Executed(entry, 20, uid: 6001, 22 * second);
        Assert.False(entry.IsPending, "It was read again too soon.");
        table.Executed(entry, 21, uid: 6001, 25 * second); // is gone
        Assert.True(entry.IsPending);
        await UntilAsync(users, () => !entry.IsPending);
        Assert.Equal("web", Encoding.UTF8.GetString(entry.Users!.User(1000)!.Name));
    }

    [Theory]
    [InlineData("0::/docker/" + Full, true)]
    [InlineData("0::/docker/other", false)] // its number is another's by now
    public async Task When_a_program_has_ended_already_the_lists_are_read_by_the_process_that_served_before(string cgroup, bool isFound)
    {
        Write("passwd", "web:x:1000:1000::/:/\n");
        await using var users = new ContainerUsers(folder);
        var (table, entry) = OneContainer(users.Ask);
        table.Executed(entry, 20, uid: 1000, 20_000_000_000);
        await UntilAsync(users, () => !entry.IsPending);
        Write("passwd", "web:x:1000:1000::/:/\nlate:x:6000:6000::/:/\n");
        await File.WriteAllTextAsync(In("proc/20/cgroup"), cgroup + "\n", TestContext.Current.CancellationToken);
        table.Executed(entry, 99, uid: 6000, 20_000_000_001);
        await UntilAsync(users, () => !entry.IsPending);
        Assert.Equal(isFound, entry.Users!.User(6000) is not null);
        Assert.NotNull(entry.Users.User(1000));
    }

    [Fact]
    public async Task Many_strange_users_are_looked_for_a_few_times_in_a_while()
    {
        Write("passwd", "web:x:1000:1000::/:/\n");
        await using var users = new ContainerUsers(folder);
        var reads = 0;
        var (table, entry) = OneContainer((container, pid) =>
        {
            reads++;
            return users.Ask(container, pid);
        });
        for (var uid = 5000u; uid < 5100; uid++)
        {
            table.LookUpUser(entry, 20, uid, 20_000_000_000UL + uid);
            await UntilAsync(users, () => !entry.IsPending);
        }

        Assert.Equal(UserReads.AtMost, reads);
    }

    [Fact]
    public async Task Long_lists_of_many_containers_do_not_fill_the_memory()
    {
        Write("passwd", string.Concat(Enumerable.Range(0, 40_000).Select(static uid => $"u{uid}:x:{uid}:0:::\n")));
        var table = new ContainerTable();
        await using var users = new ContainerUsers(folder);
        table.AskUsers = users.Ask;
        var entries = Enumerable.Range(0, 7).Select(number => table.Of(Encoding.UTF8.GetBytes($"cpu=/docker/{number:x12}{0:x52}\0"))).ToList();
        foreach (var entry in entries)
        {
            table.Executed(entry, 20, uid: 5, 20_000_000_000);
            await UntilAsync(users, () => !entry.IsPending, table);
        }

        Assert.Equal([true, true, true, true, true, false, false], entries.Select(static entry => entry.Users is not null));
        Write("passwd", "web:x:5:0:::\n");
        table.Executed(entries[6], 20, uid: 5, 40_000_000_000);
        await UntilAsync(users, () => entries[6].Users is not null, table);
    }

    [Fact]
    public void Who_a_process_becomes_is_looked_for()
    {
        using var probe = new FieldProbe();
        var asked = new List<long>();
        probe.State.Containers.AskUsers = (_, pid) =>
        {
            asked.Add(pid);
            return true;
        };
        probe.Events.Exec(20, "sh", ("uid", 0), ("cgroups", Encoding.UTF8.GetBytes($"cpu=/docker/{Full}\0")));
        Assert.Equal([20], asked);
        var entry = probe.State.Containers.Find(Full[..12])!;
        (entry.Users, entry.AreUsersAsked) = (new UserTable(), false);
        entry.UserReads.End();
        probe.Events.Send(EventType.SetuidExit, 20, ("res", -1), ("uid", 1));
        Assert.Equal([20], asked);
        probe.Events.Send(EventType.SetuidExit, 20, ("res", 0), ("uid", 1));
        Assert.Equal([20, 20], asked);
        Assert.True(entry.IsPending);
    }

    [Fact]
    public void What_is_found_in_proc_has_its_users_read()
    {
        const string line = "20 (sh) S 1 20 20 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 77 0 0";
        Directory.CreateDirectory(In("proc/20/task/20"));
        File.WriteAllText(In("proc/20/task/20/stat"), line);
        File.WriteAllText(In("proc/20/task/20/status"), "Name:\tsh\nTgid:\t20\nPPid:\t1\nUid:\t1000\t1000\t1000\t1000\nGid:\t1000\t1000\t1000\t1000\n");
        File.WriteAllText(In("proc/20/task/20/cgroup"), $"0::/docker/{Full}\n");
        using var probe = new FieldProbe();
        var asked = new List<long>();
        probe.State.Containers.AskUsers = (_, pid) =>
        {
            asked.Add(pid);
            return true;
        };
        Assert.Equal(1, new ProcScanner(In("proc"), TimeProvider.System).ScanAll(probe.State));
        Assert.Equal([20], asked);
        Assert.True(probe.State.Containers.Find(Full[..12])!.IsPending);
    }

    [Theory]
    [InlineData("ln -s /etc/passwd root/etc/passwd", null)]
    [InlineData("ln -s ../../../outside root/etc/passwd", null)]
    [InlineData("ln -s passwd root/etc/passwd", null)]
    [InlineData("mkfifo root/etc/passwd", null)]
    [InlineData("mkdir root/etc/passwd", null)]
    [InlineData("head -c 1048577 /dev/zero > root/etc/passwd", null)]
    [InlineData("echo inside > root/real; ln -s /real root/etc/passwd", "inside")]
    [InlineData("echo inside > root/etc/passwd", "inside")]
    public void A_file_is_read_only_below_its_root_and_when_it_is_one(string made, string? expected)
    {
        Directory.CreateDirectory(In("root/etc"));
        File.WriteAllText(In("outside"), "outside");
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", made]) { WorkingDirectory = In("") })!;
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
        var read = RootedFile.Read(In("root"), "etc/passwd", HostFiles.MaxBytes);
        Assert.Equal(expected, read is null ? null : Encoding.UTF8.GetString(read).TrimEnd());
    }

    [Fact]
    public void What_stands_in_the_lists_is_taken_for_names_only()
    {
        var random = new Random(1271);
        var sound = Encoding.UTF8.GetBytes("root:x:0:0:root:/root:/bin/sh\nweb:x:1000:1000::/srv/web:/bin/false\n");
        for (var i = 0; i < 5000; i++)
        {
            var damaged = sound.ToArray();
            for (var change = random.Next(1, 8); change > 0; change--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            var users = new UserTable();
            HostFiles.AddUsers(users, damaged[..random.Next(damaged.Length + 1)], damaged);
            Assert.True(users.AllUsers.Count() <= 8);
        }

        var long1 = new UserTable();
        HostFiles.AddUsers(long1, Encoding.UTF8.GetBytes($"{new string('n', 900_000)}:x:0:0::/{new string('h', 5000)}:/{new string('s', 5000)}\n"), Encoding.UTF8.GetBytes($"{new string('g', 900_000)}:x:0:\n"));
        var cut = long1.User(0)!;
        Assert.Equal((256, 1024, 1024, 256), (cut.Name.Length, cut.Home.Length, cut.Shell.Length, long1.Group(0)!.Name.Length));
        var many = new UserTable();
        HostFiles.AddUsers(many, Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 40_000).Select(static i => $"u:x:{i}:0:::\n"))), null);
        Assert.Equal(40_000, many.AllUsers.Count());
    }

    private static (ContainerTable Table, ContainerEntry Entry) OneContainer(Func<ContainerEntry, long, bool> ask)
    {
        var table = new ContainerTable { AskUsers = ask };
        return (table, table.Of(Encoding.UTF8.GetBytes($"cpu=/docker/{Full}\0")));
    }

    private static string Show(FieldProbe probe, string fields) => probe.Show(fields, EventType.FchmodExit, 20, ("res", 0), ("fd", 3));

    private static async Task UntilAsync(ContainerUsers users, Func<bool> condition, ContainerTable? containers = null)
    {
        containers ??= new ContainerTable();
        using var limit = new CancellationTokenSource(Outputs.When.Patience);
        for (users.TakeOver(containers); !condition(); users.TakeOver(containers))
        {
            Assert.False(limit.IsCancellationRequested, "It did not happen.");
            await Task.Delay(1, CancellationToken.None);
        }
    }

    private string In(string path) => Path.Combine(folder, path);

    private void Write(string file, string content)
    {
        var path = Path.GetFullPath(In($"proc/20/root/etc/{file}"));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }
}
