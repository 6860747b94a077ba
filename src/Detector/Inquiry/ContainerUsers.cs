using System.Threading.Channels;
using Saker.Detector.State;
using Saker.Detector.State.Proc;

namespace Saker.Detector.Inquiry;

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
    /// <returns>False when there is none.</returns>
    public bool Ask(ContainerEntry container, long pid) => questions.Writer.TryWrite(new Question(container, pid));

    /// <summary>Takes over what was read. For the event thread.</summary>
    public void TakeOver()
    {
        while (answers.Reader.TryRead(out var answer))
        {
            answer.Container.AreUsersAsked = false;
            answer.Container.Users = answer.Users;
            if (answer.IsTooEarly)
            {
                answer.Container.UsersAskedAt = 0;
            }
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
        var root = $"{proc}/{question.Pid}/root";
        if (RootedFile.IsSame(root, $"{proc}/1/root"))
        {
            // The runtime's own part of the start: the next exec is the one, if the process is still there.
            return new Answer(question.Container, null, IsTooEarly: true);
        }

        var passwd = RootedFile.Read(root, "etc/passwd", HostFiles.MaxBytes);
        var group = RootedFile.Read(root, "etc/group", HostFiles.MaxBytes);
        var users = new UserTable();
        HostFiles.AddUsers(users, passwd, group);
        return new Answer(question.Container, passwd is null && group is null ? null : users, IsTooEarly: false);
    }

    private readonly record struct Question(ContainerEntry Container, long Pid);

    /// <summary>What was read; no users where there are no lists.</summary>
    private readonly record struct Answer(ContainerEntry Container, UserTable? Users, bool IsTooEarly);
}
