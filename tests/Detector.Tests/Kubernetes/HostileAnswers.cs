using System.Text;
using System.Text.Json;
using Saker.Detector.Answers;
using Saker.Detector.Kubernetes;
using Saker.Testing;

namespace Saker.Detector.Tests.Kubernetes;

/// <summary>What the server says is taken for nothing but what it is.</summary>
public sealed class HostileAnswers
{
    [Theory]
    [InlineData("web-1.shop", true)]
    [InlineData("..", false)]
    [InlineData("a/b", false)]
    [InlineData("a?b", false)]
    [InlineData("a%2fb", false)]
    [InlineData("Web", false)]
    [InlineData("-web", false)]
    [InlineData("", false)]
    public void Names_that_are_none_never_get_into_a_path(string name, bool isName)
    {
        Assert.Equal(isName, ClusterAnswers.IsName(name));
        var pod = FakeCluster.Pod(ClusterRig.Uid, owner: "ReplicaSet/x");
        pod["metadata"]!["ownerReferences"]![0]!["name"] = name;
        Assert.Equal(isName, Parse(pod.ToJsonString())!.Owner is not null);
        pod["metadata"]!["namespace"] = name;
        Assert.Equal(isName, Parse(pod.ToJsonString()) is not null);
    }

    [Theory]
    [InlineData("""{"app": "web"}""", true)]
    [InlineData("""{"app": "web", "tier": "front"}""", true)]
    [InlineData("""{"app": "web", "tier": "back"}""", false)]
    [InlineData("""{"app": "web", "more": ""}""", false)]
    [InlineData("""{"tier": ""}""", false)]
    [InlineData("{}", false)]
    [InlineData("null", false)]
    [InlineData("""{"app": "web", "tier": 1}""", false)]
    public void A_service_sends_to_pods_that_have_all_labels_of_its_selector(string selector, bool expected)
    {
        using var document = JsonDocument.Parse($$"""{"metadata": {"name": "s", "uid": "u"}, "spec": {"selector": {{selector}} } }""");
        var service = ClusterAnswers.Service(document.RootElement);
        Assert.Equal(expected, service?.Selects(Parse(FakeCluster.Pod(ClusterRig.Uid).ToJsonString())!.Object.Labels!.Pairs) == true);
    }

    [Fact]
    public void An_object_of_another_name_is_none()
    {
        using var document = JsonDocument.Parse("""{"metadata": {"name": "kube-system", "uid": "u"}}""");
        Assert.Null(ClusterAnswers.Object(document.RootElement, "shop"));
        Assert.NotNull(ClusterAnswers.Object(document.RootElement, "kube-system"));
    }

    [Fact]
    public void Labels_are_bounded()
    {
        var pod = FakeCluster.Pod(ClusterRig.Uid);
        for (var i = 0; i < 10_000; i++)
        {
            pod["metadata"]!["labels"]![$"l{i}"] = new string('v', i % 300);
        }

        var labels = Parse(pod.ToJsonString())!.Object.Labels!;
        Assert.InRange(labels.Text.Length, 1, 80 << 10);
        Assert.DoesNotContain(labels.Pairs, static label => label.Value.Length > 253);
    }

    [Fact]
    public void Damaged_answers_never_throw_and_what_comes_of_them_is_bounded()
    {
        var random = new Random(Fuzz.Seed);
        var seeds = ((string[])[
            FakeCluster.Pod(ClusterRig.Uid).ToJsonString(),
            """{"metadata":{"name":"web","uid":"u","resourceVersion":"7","labels":{"a":"b"},"continue":"x"},"spec":{"selector":{"app":"web"},"nodeName":"node-1"},"status":{"podIP":"::1"}}""",
        ]).Select(Encoding.UTF8.GetBytes).ToList();
        string[] parts = ["null", "[]", "{}", "-1", "\"\\ud800\"", "\"..\"", "true", "1e999", "{\"a\":{\"a\":{}}}"];
        int read = 0, pods = 0;
        for (var round = 0; round < Fuzz.Rounds(6000); round++)
        {
            var bytes = (byte[])seeds[round % seeds.Count].Clone();
            var text = bytes;
            for (var i = random.Next(4); i > 0; i--)
            {
                text = Damaged(text, parts, random);
            }

            using var document = JsonReading.Parse(text);
            if (document is null)
            {
                continue;
            }

            read++;
            var pod = ClusterAnswers.Pod(document.RootElement, FakeCluster.Node);
            pods += pod is null ? 0 : 1;
            Assert.True(pod is null || (ClusterAnswers.IsName(pod.Namespace) && pod.Uid.Length <= 64 && (pod.Owner is null || ClusterAnswers.IsName(pod.Owner.Name))));
            Assert.True(ClusterAnswers.Service(document.RootElement) is null or { Selector.Count: > 0 });
            Assert.True(ClusterAnswers.Object(document.RootElement, "web") is null or { UidText.Length: > 0 and <= 64 });
            Assert.True(ClusterAnswers.Version(document.RootElement).Length <= 64);
            Assert.True(ClusterAnswers.Continue(document.RootElement) is null or { Length: <= 4096 });
        }

        Assert.True(read > pods && pods > 0, $"Of {read} documents {pods} were pods: the damage is not what it should be.");
    }

    private static byte[] Damaged(byte[] text, string[] parts, Random random)
    {
        var at = random.Next(text.Length);
        switch (random.Next(3))
        {
            case 0:
                var changed = (byte[])text.Clone();
                changed[at] = (byte)random.Next(256);
                return changed;
            case 1:
                // A value becomes another: from a colon to the next comma or brace.
                var colon = text.AsSpan(at).IndexOf((byte)':');
                if (colon < 0)
                {
                    return text;
                }

                var start = at + colon + 1;
                var end = text.AsSpan(start).IndexOfAny((byte)',', (byte)'}');
                return end < 0 ? text : [.. text[..start], .. Encoding.UTF8.GetBytes(parts[random.Next(parts.Length)]), .. text[(start + end)..]];
            default:
                return [.. text[..at], .. text[Math.Min(text.Length, at + random.Next(8))..], (byte)' '];
        }
    }

    private static PodRecord? Parse(string pod)
    {
        using var document = JsonDocument.Parse(pod);
        return ClusterAnswers.Pod(document.RootElement, FakeCluster.Node);
    }
}
