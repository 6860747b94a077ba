using System.Text;
using Saker.Conditions.Values;

namespace Saker.Conditions.Compilation;

/// <summary>What is known of a field's value before any event comes.</summary>
public abstract record FieldKnowledge
{
    private protected FieldKnowledge()
    {
    }

    /// <summary>The field may have any value, or none.</summary>
    public static FieldKnowledge Unknown { get; } = new UnknownField();

    /// <summary>The field has no value.</summary>
    public static FieldKnowledge Absent { get; } = new AbsentField();

    /// <summary>The field has this value. It is copied; lists are not taken.</summary>
    public static FieldKnowledge Of(in Value value) =>
        value.Exists ? new KnownValue(value.Kind, value.AsInt64, value.AsBytes.ToArray()) : Absent;

    /// <summary>The field has this text.</summary>
    public static FieldKnowledge Of(string text) => new KnownValue(ValueKind.Bytes, 0, Encoding.UTF8.GetBytes(text));

    /// <summary>The field is one of a region's paths.</summary>
    public static FieldKnowledge In(PathRegion region) => new PathIn(region, OfDirectory: false);

    /// <summary>The field is the directory of one of a region's paths, without a slash at its end.</summary>
    public static FieldKnowledge DirectoryIn(PathRegion region) => new PathIn(region, OfDirectory: true);
}

/// <summary>A field with any value, or none.</summary>
internal sealed record UnknownField : FieldKnowledge;

/// <summary>A field without a value.</summary>
internal sealed record AbsentField : FieldKnowledge;

/// <summary>A field with one value.</summary>
internal sealed record KnownValue(ValueKind Kind, long Bits, byte[] Bytes) : FieldKnowledge
{
    public bool Equals(KnownValue? other) => other is not null && Kind == other.Kind && Bits == other.Bits && Bytes.AsSpan().SequenceEqual(other.Bytes);

    public override int GetHashCode() => HashCode.Combine(Kind, Bits, Bytes.Length);
}

/// <summary>A field that is some path.</summary>
internal sealed record PathIn(PathRegion Region, bool OfDirectory) : FieldKnowledge;
