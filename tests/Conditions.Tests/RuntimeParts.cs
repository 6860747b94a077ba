using System.Text;
using Saker.Conditions.Fields;
using Saker.Conditions.Runtime;
using Saker.Conditions.Values;

namespace Saker.Conditions.Tests;

/// <summary>The parts that compiled conditions are evaluated with.</summary>
public sealed class RuntimeParts
{
    [Fact]
    public void A_set_of_texts_has_its_members_and_no_others()
    {
        for (var count = 0; count < 80; count++)
        {
            var members = Enumerable.Range(0, count).Select(static number => Encoding.ASCII.GetBytes($"member{number * number}")).ToList();
            var set = new ByteSet([.. members, .. members]);
            Assert.All(members, member => Assert.True(set.Contains(member)));
            Assert.False(set.Contains("member2"u8));
            Assert.False(set.Contains("xember4"u8));
            Assert.False(set.Contains("member"u8));
            Assert.False(set.Contains(""u8));
        }

        Assert.True(new ByteSet([[]]).Contains(""u8));
        Assert.False(new ByteSet([[]]).Contains(new byte[64]));
        Assert.True(new ByteSet([new byte[64], new byte[65]]).Contains(new byte[65]));
        Assert.False(new ByteSet([new byte[64], new byte[65]]).Contains(new byte[1]));
    }

    [Fact]
    public void Verdicts_are_remembered_until_the_next_event()
    {
        var context = new Events();
        Assert.False(context.TryRecall(0, out _));
        foreach (var shared in new[] { 0, 1, 63, 64, 65, 200, 1000 })
        {
            context.Remember(shared, verdict: shared % 2 == 0);
            Assert.True(context.TryRecall(shared, out var verdict));
            Assert.Equal(shared % 2 == 0, verdict);
        }

        Assert.True(context.TryRecall(0, out _));
        Assert.False(context.TryRecall(2, out var unknown));
        Assert.False(unknown);
        Assert.False(context.TryRecall(100_000, out _));
        context.Next();
        Assert.False(context.TryRecall(0, out _));
        Assert.False(context.TryRecall(1000, out _));
    }

    [Fact]
    public void A_verdict_of_long_ago_is_not_taken_for_one_of_this_event()
    {
        var context = new Events();
        context.Remember(3, verdict: true);
        for (var i = 0; i < 140_000; i++)
        {
            context.Next();
            Assert.False(context.TryRecall(3, out _));
        }

        context.Remember(3, verdict: true);
        Assert.True(context.TryRecall(3, out _));
    }

    [Fact]
    public void Scratch_memory_is_as_large_as_asked_for_and_never_shared()
    {
        var scratch = new ScratchBuffer(stackalloc byte[16]);
        var first = scratch.Take(10);
        var second = scratch.Take(6);
        var third = scratch.Take(1);
        var empty = scratch.Take(0);
        first.Fill(1);
        second.Fill(2);
        third.Fill(3);
        Assert.Equal((10, 6, 1, 0), (first.Length, second.Length, third.Length, empty.Length));
        Assert.Equal(-1, first.IndexOfAnyExcept((byte)1));
        Assert.Equal(-1, second.IndexOfAnyExcept((byte)2));
        Assert.Equal(3, third[0]);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(1000 + i, scratch.Take(1000 + i).Length);
        }

        scratch.Dispose();
    }

    [Fact]
    public void A_packed_list_gives_back_its_members()
    {
        var writer = new ValueListWriter(new byte[64]);
        Assert.True(Value.List(ValueKind.Bytes, writer.Packed).AsList.IsEmpty);
        writer.Add("ab"u8);
        writer.Add(""u8);
        writer.Add("c"u8);
        Assert.False(writer.Overflowed);
        Assert.Equal(15, writer.Packed.Length);
        var list = Value.List(ValueKind.Bytes, writer.Packed);
        Assert.Equal(["Bytes ab", "Bytes ", "Bytes c"], Members(list));
        Assert.False(list.AsList.IsEmpty);
        Assert.Equal((ValueKind.List, ValueKind.Bytes), (list.Kind, list.ElementKind));
    }

    [Fact]
    public void A_member_that_does_not_fit_is_left_out()
    {
        var writer = new ValueListWriter(new byte[20]);
        writer.Add("abcd"u8);
        writer.Add("123456789"u8);
        Assert.True(writer.Overflowed);
        writer.Add("12345678"u8);
        Assert.Equal(20, writer.Packed.Length);
        Assert.Equal(["Bytes abcd", "Bytes 12345678"], Members(Value.List(ValueKind.Bytes, writer.Packed)));
        var numbers = new ValueListWriter(new byte[12]);
        numbers.Add(7);
        Assert.False(numbers.Overflowed);
        numbers.Add(8);
        Assert.True(numbers.Overflowed);
        Assert.Equal(["Int64 7"], Members(Value.List(ValueKind.Int64, numbers.Packed)));
    }

    [Fact]
    public void Members_have_the_kind_of_the_list()
    {
        var writer = new ValueListWriter(new byte[64]);
        writer.Add(1);
        writer.Add(0);
        writer.Add(-1);
        Assert.Equal(["Bool True", "Bool False", "Bool True"], Members(Value.List(ValueKind.Bool, writer.Packed)));
        Assert.Equal(["Int64 1", "Int64 0", "Int64 -1"], Members(Value.List(ValueKind.Int64, writer.Packed)));
        Assert.Equal(["UInt64 1", "UInt64 0", "UInt64 18446744073709551615"], Members(Value.List(ValueKind.UInt64, writer.Packed)));
        var other = new ValueListWriter(new byte[64]);
        other.Add(BitConverter.DoubleToInt64Bits(2.5));
        Assert.Equal(["Float64 2.5"], Members(Value.List(ValueKind.Float64, other.Packed)));
        var addresses = new ValueListWriter(new byte[64]);
        addresses.Add([10, 0, 0, 1]);
        Assert.Equal(["Address 10.0.0.1"], Members(Value.List(ValueKind.Address, addresses.Packed)));
    }

    [Fact]
    public void Values_are_what_they_were_made_of()
    {
        Assert.Equal("None", Show(Value.None));
        Assert.False(Value.None.Exists);
        Assert.True(Value.Bytes(default).Exists);
        Assert.Equal("Bool True", Show(Value.Bool(true)));
        Assert.Equal("Bool False", Show(Value.Bool(false)));
        Assert.Equal("Network 10.0.0.0/8", Show(Value.Network([10, 0, 0, 0], 8)));
        var spelled = Value.Float64(2.5, "2.50"u8);
        Assert.Equal("Float64 2.5", Show(spelled));
        Assert.Equal("2.50", Encoding.ASCII.GetString(spelled.AsBytes));
        var copy = Value.FromParts(spelled.Kind, spelled.ElementKind, spelled.AsInt64, spelled.AsBytes);
        Assert.Equal("Float64 2.5", Show(copy));
    }

    private static List<string> Members(Value list)
    {
        var result = new List<string>();
        foreach (var member in list.AsList)
        {
            result.Add(Show(member));
        }

        return result;
    }

    private static string Show(Value value) => FormattableString.Invariant(value.Kind switch
    {
        ValueKind.None => $"None",
        ValueKind.Bool => $"Bool {value.AsBool}",
        ValueKind.Int64 => $"Int64 {value.AsInt64}",
        ValueKind.UInt64 => $"UInt64 {value.AsUInt64}",
        ValueKind.Float64 => $"Float64 {value.AsFloat64}",
        ValueKind.Bytes => $"Bytes {Encoding.UTF8.GetString(value.AsBytes)}",
        ValueKind.Address => $"Address {new System.Net.IPAddress(value.AsBytes)}",
        ValueKind.Network => $"Network {new System.Net.IPAddress(value.AsBytes)}/{value.PrefixLength}",
        _ => $"List",
    });

    private sealed class Events : EvaluationContext
    {
        public void Next() => NextEvent();

        public override Value Read(FieldReference field) => Value.None;
    }
}
