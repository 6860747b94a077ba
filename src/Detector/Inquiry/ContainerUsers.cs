using System.Threading.Channels;
using Saker.Detector.State;
using Saker.Detector.State.Proc;

namespace Saker.Detector.Inquiry;

/// <summary>
/// Reads users and groups of containers from their own lists, away from the event thread: from below the root of a process that has
/// just run exec there, or was found there. What stands in such files is whatever the container's owner wants, and is taken for names only.
/// </summary>
internal sealed class ContainerUsers : IAsyncDisposable
{
    /// <summary>Containers that wait to be read at most.</summary>
    public const int MaxWaiting = 1000;

    /// <summary>Users and groups of all containers together, beyond which only usual lists (of up to 200) are taken.</summary>
    public const int MaxRows = 200_000;

    private const int UsualRows = 200;
    private const int MaxAnswers = 16; // each may have long lists

    private readonly string hostRoot;
    private readonly CancellationTokenSource stop = new();
    private readonly Channel<Question> questions = Channel.CreateBounded<Question>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true, SingleWriter = true });
    private readonly Channel<Answer> answers = Channel.CreateBounded<Answer>(new BoundedChannelOptions(MaxAnswers) { SingleReader = true, SingleWriter = true });
    private readonly ProcFile cgroups = new();
    private readonly Task work;

    /// <param name="hostRoot">The machine's root: <c>/</c>, or <c>HOST_ROOT</c>.</param>
    public ContainerUsers(string hostRoot)
    {
        this.hostRoot = hostRoot;
        work = Task.Run(ReadAsync, CancellationToken.None);
    }

    /// <summary>Reads a container's lists, if there is room for the question. For the event thread.</summary>
    /// <param name="container">The container.</param>
    /// <param name="pid">A process in it, as the host counts.</param>
    /// <returns>False when there is none.</returns>
    public bool Ask(ContainerEntry container, long pid) => questions.Writer.TryWrite(new Question(container, pid, container.UsersPid, container.Execs));

    /// <summary>Takes over what was read. For the event thread.</summary>
    /// <param name="containers">All containers.</param>
    public void TakeOver(ContainerTable containers)
    {
        while (answers.Reader.TryRead(out var answer))
        {
            var container = answer.Container;
            container.Users = answer.Users is { } users && HasRoom(containers, container, users) ? users : container.Users;
            // The runtime's own part of the start is still at the host's root; what ran exec since is at the container's.
            container.AreUsersAsked = answer.IsTooEarly && answer.Execs != container.Execs && Ask(container, container.LastPid);
            if (answer.Users is not null)
            {
                container.UsersPid = answer.Pid;
                container.UserReads.End();
            }
            else if (answer.IsTooEarly && !container.AreUsersAsked)
            {
                container.UserReads.Forget();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await work;
        stop.Dispose();
    }

    // Usual lists have some dozens of rows; who makes very long ones for many containers is not to fill the memory with them.
    private static bool HasRoom(ContainerTable containers, ContainerEntry container, UserTable users) =>
        users.Count <= UsualRows || containers.All.Where(other => other != container).Sum(static other => (long)(other.Users?.Count ?? 0)) + users.Count <= MaxRows;

    private async Task ReadAsync()
    {
        try
        {
            await foreach (var question in questions.Reader.ReadAllAsync(stop.Token))
            {
                await answers.Writer.WriteAsync(Read(question), stop.Token);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The detector stops.
        }
    }

    private Answer Read(Question question)
    {
        var (isHost, users) = Read(question.Pid);
        if (users is null && question.Before != 0 && question.Before != question.Pid && IsOf(question.Before, question.Container)
            && Read(question.Before).Users is { } known)
        {
            // The program has ended already, as short ones do.
            return new Answer(question.Container, question.Before, question.Execs, known, IsTooEarly: false);
        }

        return new Answer(question.Container, question.Pid, question.Execs, users, isHost);
    }

    private (bool IsHost, UserTable? Users) Read(long pid)
    {
        var root = Path.Combine(hostRoot, "proc", $"{pid}", "root");
        if (RootedFile.IsSame(root, hostRoot))
        {
            return (true, null);
        }

        var passwd = RootedFile.Read(root, "etc/passwd", HostFiles.MaxBytes);
        var group = RootedFile.Read(root, "etc/group", HostFiles.MaxBytes);
        var users = new UserTable();
        HostFiles.AddUsers(users, passwd, group);
        return (false, passwd is null && group is null ? null : users);
    }

    // Another process may have its number by now.
    private bool IsOf(long pid, ContainerEntry container) =>
        cgroups.Read(Path.Combine(hostRoot, "proc", $"{pid}", "cgroup")).IndexOf(container.OwnFullId) >= 0;

    /// <summary>A container whose users are wanted, a process that runs in it, and the one that they were read by last.</summary>
    private readonly record struct Question(ContainerEntry Container, long Pid, long Before, long Execs);

    /// <summary>What was read, and by which process; no users where there are no lists, or the process has not left the host's root, or is gone.</summary>
    private readonly record struct Answer(ContainerEntry Container, long Pid, long Execs, UserTable? Users, bool IsTooEarly);
}
