using Saker.Detector.Answers;
using Saker.Detector.Containers;
using Saker.Detector.Containers.Runtimes;
using static Saker.Detector.Tests.Containers.Runtimes.RecordExtensions;

namespace Saker.Detector.Tests.Containers.Runtimes;

/// <summary>Names of images, and what of labels and the like a record takes.</summary>
public sealed class RecordLimitsRuntimes
{
    [Theory]
    [InlineData("nginx", "nginx", "", "")]
    [InlineData("nginx:1.27", "nginx", "1.27", "")]
    [InlineData("docker.io/library/nginx:1.27", "docker.io/library/nginx", "1.27", "")]
    [InlineData("registry:5000/team/app", "registry:5000/team/app", "", "")]
    [InlineData("registry:5000/team/app:2", "registry:5000/team/app", "2", "")]
    [InlineData("registry:5000/app:2@sha256:ab", "registry:5000/app", "2", "sha256:ab")]
    [InlineData("registry:5000/app@sha256:ab", "registry:5000/app", "", "sha256:ab")]
    [InlineData("sha256:ab", "", "", "sha256:ab")]
    [InlineData("", "", "", "")]
    [InlineData("app:", "app", "", "")]
    [InlineData(":", "", "", "")]
    [InlineData("@", "", "", "")]
    public void Names_of_images_are_taken_apart(string name, string repository, string tag, string digest) =>
        Assert.Equal(new ImageReference(repository, tag, digest), ImageReference.Split(name));

    [Theory]
    [InlineData("", 0)]
    [InlineData("0", 1)]
    [InlineData("1-4,7", 5)]
    [InlineData(" 1-2 , 4", 3)]
    [InlineData("0-2147483647,0-2147483647", int.MaxValue)]
    [InlineData("4-1", 0)]
    [InlineData("1,", 0)]
    [InlineData("-1", 0)]
    [InlineData("a", 0)]
    [InlineData("99999999999", 0)]
    public void Lists_of_CPUs_are_counted(string list, int count) => Assert.Equal(count, CpuSet.Count(list));

    [Fact]
    public void A_label_is_left_out_when_its_value_is_longer_in_bytes()
    {
        var labels = TextLimits.Labels([Pair("b", "éé"), Pair("a", "éé1"), Pair("", "x"), Pair("c", "")], 4);
        Assert.Equal([Pair("b", "éé"), Pair("c", "")], labels);
    }

    [Fact]
    public void Added_labels_are_not_bound_by_that_length_and_go_before_others()
    {
        var labels = TextLimits.Labels([Pair("x", "ours"), Pair("y", "longer")], 4, [Pair("x", "the added one")]);
        Assert.Equal([Pair("x", "the added one")], labels);
    }

    [Fact]
    public void Labels_variables_and_mounts_have_64_KiB_each()
    {
        var labels = TextLimits.Labels(Enumerable.Range(0, 2000).Select(static number => Pair($"{number:d10}", new string('x', 90))), 100);
        Assert.Equal(65_536 / 100, labels.Count);
        Assert.Equal("0000000000", labels[0].Key);
        Assert.Equal(65_536 / 100, RecordLimits.Environment(Enumerable.Repeat(new string('x', 100), 2000)).Count);
        Assert.Equal(65_536 / 100, RecordLimits.Mounts(Enumerable.Repeat(new ContainerMount(new string('x', 100), "", "", false, ""), 2000)).Count);
        Assert.Equal(1000, RecordLimits.Mounts(Enumerable.Repeat(new ContainerMount("", "", "", false, ""), 2000)).Count);
        Assert.Equal(1000, RecordLimits.Ports(Enumerable.Repeat(new ContainerPort(0, 0, 0), 2000)).Count);
        Assert.Equal("", TextLimits.Text(new string('x', 4097)));
    }

    [Fact]
    public async Task A_list_ends_when_its_records_are_too_large_together()
    {
        var large = new ContainerRecord { Id = "a", FullId = "a", Type = ContainerType.Docker, Environment = [new string('x', 1 << 20)] };
        var asked = 0;
        var records = await Inspections.ListAsync(Enumerable.Range(0, 1000), (_, _) =>
        {
            Interlocked.Increment(ref asked);
            return Task.FromResult<ContainerRecord?>(large);
        }, static _ => null, Token).ToListAsync(Token);
        Assert.Equal(64, records.Count);
        Assert.InRange(asked, 64, 100); // as many more as are asked for at once, and wait to be taken
    }

    [Fact]
    public async Task What_is_never_inspected_to_its_end_keeps_back_nothing_else()
    {
        var never = new TaskCompletionSource();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var records = Inspections.ListAsync(
            Enumerable.Range(0, 100),
            async (number, token) =>
            {
                await (number == 0 ? never.Task.WaitAsync(token) : Task.CompletedTask);
                return Of(number);
            },
            static _ => null,
            ended.Token);
        await using var told = records.GetAsyncEnumerator(Token);
        for (var count = 1; count < 100; count++)
        {
            Assert.True(await told.MoveNextAsync());
            Assert.NotEqual("0", told.Current.Id);
        }

        await ended.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await told.MoveNextAsync());
    }

    [Fact]
    public async Task What_cannot_be_inspected_is_what_named_it_and_a_stream_that_breaks_is_told_to_its_end()
    {
        var told = new List<string>();
        var exception = await IsUnavailableAsync(async () =>
        {
            await foreach (var record in Inspections.EachAsync(Broken(), static (number, _) => number % 2 == 0
                ? throw new RuntimeUnavailableException("slow") : Task.FromResult(number == 1 ? null : Of(number)), static number => Of(-number), Token))
            {
                told.Add(record.Id);
            }
        });
        Assert.Equal("broken", exception.Message);
        Assert.Equal(["-1", "-2", "-4", "3"], told.Order(StringComparer.Ordinal));

        static async IAsyncEnumerable<int> Broken()
        {
            foreach (var number in (int[])[1, 2, 3, 4])
            {
                await Task.Yield();
                yield return number;
            }

            throw new RuntimeUnavailableException("broken");
        }
    }

    private static ContainerRecord? Of(int number) => new() { Id = $"{number}", FullId = $"{number}", Type = ContainerType.Docker };

    private static KeyValuePair<string, string> Pair(string key, string value) => KeyValuePair.Create(key, value);
}
