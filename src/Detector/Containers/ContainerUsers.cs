using System.Threading.Channels;
using Saker.Detector.State;
using Saker.Detector.State.Proc;

namespace Saker.Detector.Containers;

/// <summary>
/// Reads users and groups of containers from their own lists, away from the event thread: from below the root of a process that has
/// just run exec there. What stands in such files is whatever the container's owner wants, and is taken for names only.
/// </summary>
internal sealed class ContainerUsers : IAsyncDisposable
{
    /// <summary>Containers that wait to be read at most.</summary>
    public const int MaxWaiting = 1000;

    private readonly string proc;
    private readonly CancellationTokenSource stop = new();
    private readonly Channel<Question> questions = Channel.CreateBounded<Question>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true, SingleWriter = true });
    private readonly Channel<Answer> answers = Channel.CreateBounded<Answer>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true, SingleWriter = true });
    private readonly Task work;

    /// <param name="proc">The folder, with <c>HOST_ROOT</c> in front when that is set.</param>
    public ContainerUsers(string proc)
    {
        this.proc = proc;
        work = Task.Run(ReadAsync, CancellationToken.None);
    }

    /// <summary>Reads a container's lists, if there is room for the question. For the event thread.</summary>
    /// <param name="container">The container.</param>
    /// <param name="pid">A process in it, as the host counts.</param>
    public void Ask(ContainerEntry container, long pid) => questions.Writer.TryWrite(new Question(container, pid));

    /// <summary>Takes over what was read. For the event thread.</summary>
    public void TakeOver()
    {
        while (answers.Reader.TryRead(out var answer))
        {
            answer.Container.Users = answer.Users;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await work;
        stop.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            await foreach (var question in questions.Reader.ReadAllAsync(stop.Token))
            {
                if (Read($"{proc}/{question.Pid}/root") is { } users)
                {
                    await answers.Writer.WriteAsync(new Answer(question.Container, users), stop.Token);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The detector stops.
        }
    }

    /// <summary>The users below a root; null when the process is gone, has no lists, or has not left the host's root yet.</summary>
    private UserTable? Read(string root)
    {
        var passwd = RootedFile.Read(root, "etc/passwd", HostFiles.MaxBytes);
        var group = RootedFile.Read(root, "etc/group", HostFiles.MaxBytes);
        if ((passwd is null && group is null) || RootedFile.IsSame(root, $"{proc}/1/root"))
        {
            return null;
        }

        var users = new UserTable();
        HostFiles.AddUsers(users, passwd, group);
        return users;
    }

    private readonly record struct Question(ContainerEntry Container, long Pid);

    private readonly record struct Answer(ContainerEntry Container, UserTable Users);
}
