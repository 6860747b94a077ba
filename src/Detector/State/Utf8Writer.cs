using System.Buffers;
using System.Buffers.Text;
using System.Globalization;

namespace Saker.Detector.State;

/// <summary>Writes text into a buffer that the caller owns. What does not fit is left out. No allocation.</summary>
internal ref struct Utf8Writer(Span<byte> buffer)
{
    private readonly Span<byte> buffer = buffer;
    private int length;

    /// <summary>Whether data is written as base64, and not with dots.</summary>
    public bool IsBase64 { get; init; }

    /// <summary>What was written so far.</summary>
    public readonly ReadOnlySpan<byte> Written => buffer[..length];

    /// <summary>Bytes written so far.</summary>
    public readonly int Length => length;

    /// <summary>Takes back what was written behind the first <paramref name="count"/> bytes.</summary>
    public void CutTo(int count) => length = Math.Min(length, count);

    /// <summary>Adds bytes as they are.</summary>
    public void Add(scoped ReadOnlySpan<byte> text)
    {
        text = text[..Math.Min(text.Length, buffer.Length - length)];
        text.CopyTo(buffer[length..]);
        length += text.Length;
    }

    /// <summary>Adds one byte.</summary>
    public void Add(byte character)
    {
        if (length < buffer.Length)
        {
            buffer[length++] = character;
        }
    }

    /// <summary>Adds data of any kind: what is not printable ASCII as dots, or all of it as base64.</summary>
    public void AddData(scoped ReadOnlySpan<byte> data)
    {
        if (IsBase64)
        {
            AddBase64(data);
            return;
        }

        foreach (var character in data)
        {
            Add(character is >= 0x20 and < 0x7f ? character : (byte)'.');
        }
    }

    // As much as there is room for: whole groups of three bytes are four characters.
    private void AddBase64(scoped ReadOnlySpan<byte> data)
    {
        var fits = (buffer.Length - length) / 4 * 3;
        if (Base64.EncodeToUtf8(data[..Math.Min(data.Length, fits)], buffer[length..], out _, out var written) == OperationStatus.Done)
        {
            length += written;
        }
    }

    /// <summary>Adds a decimal number.</summary>
    public void Add(long number)
    {
        if (Utf8Formatter.TryFormat(number, buffer[length..], out var written))
        {
            length += written;
        }
    }

    /// <summary>Adds a decimal number.</summary>
    public void Add(ulong number)
    {
        if (Utf8Formatter.TryFormat(number, buffer[length..], out var written))
        {
            length += written;
        }
    }

    /// <summary>Adds a number in capital hexadecimal without prefix.</summary>
    public void AddHex(ulong number)
    {
        if (Utf8Formatter.TryFormat(number, buffer[length..], out var written, 'X'))
        {
            length += written;
        }
    }

    /// <summary>Adds a number in small hexadecimal without prefix.</summary>
    public void AddLowerHex(ulong number)
    {
        if (Utf8Formatter.TryFormat(number, buffer[length..], out var written, 'x'))
        {
            length += written;
        }
    }

    /// <summary>Adds a number in octal, with a leading 0 unless it is 0 or <paramref name="isMarked"/> says otherwise.</summary>
    public void AddOctal(ulong number, bool isMarked = true)
    {
        Span<byte> digits = stackalloc byte[24];
        var at = digits.Length;
        do
        {
            digits[--at] = (byte)('0' + (number & 7));
            number >>= 3;
        }
        while (number != 0);
        if (isMarked && digits[at] != (byte)'0')
        {
            digits[--at] = (byte)'0';
        }

        Add(digits[at..]);
    }

    /// <summary>Adds a decimal number with at least <paramref name="digits"/> digits.</summary>
    public void AddPadded(ulong number, byte digits)
    {
        if (Utf8Formatter.TryFormat(number, buffer[length..], out var written, new System.Buffers.StandardFormat('D', digits)))
        {
            length += written;
        }
    }

    /// <summary>Adds a floating-point number in its shortest form.</summary>
    public void Add(double number)
    {
        if (number.TryFormat(buffer[length..], out var written, default, CultureInfo.InvariantCulture))
        {
            length += written;
        }
    }

    /// <summary>Adds a floating-point number with six digits at most, as C's %g does: <c>0.5</c>, <c>5e-06</c>, <c>1e+06</c>.</summary>
    public void AddSixDigits(double number)
    {
        Span<byte> digits = stackalloc byte[32];
        number.TryFormat(digits, out var written, "G6", CultureInfo.InvariantCulture);
        digits[..written].Replace((byte)'E', (byte)'e');
        Add(digits[..written]);
    }

    /// <summary>Adds a floating-point number with one digit behind the point.</summary>
    public void AddOneDecimal(double number)
    {
        if (number.TryFormat(buffer[length..], out var written, "F1", CultureInfo.InvariantCulture))
        {
            length += written;
        }
    }

    /// <summary>Adds an address of 4 or 16 bytes.</summary>
    public void AddAddress(scoped ReadOnlySpan<byte> address)
    {
        if (address.Length == 16)
        {
            AddIpv6(address);
            return;
        }

        for (var i = 0; i < address.Length; i++)
        {
            if (i > 0)
            {
                Add((byte)'.');
            }

            Add((ulong)address[i]);
        }
    }

    /// <summary>Adds an address and a port.</summary>
    public void AddEnd(scoped ReadOnlySpan<byte> address, ushort port)
    {
        AddAddress(address);
        Add((byte)':');
        Add((ulong)port);
    }

    /// <summary>RFC 5952: lower case, the longest run of two or more zero groups as two colons; mapped and compatible IPv4 in dots.</summary>
    private void AddIpv6(scoped ReadOnlySpan<byte> address)
    {
        if (!address[..10].ContainsAnyExcept((byte)0) && address[10] == 0xff && address[11] == 0xff)
        {
            Add("::ffff:"u8);
            AddAddress(address[12..]);
            return;
        }

        if (!address[..12].ContainsAnyExcept((byte)0) && address[12..14].ContainsAnyExcept((byte)0))
        {
            Add("::"u8);
            AddAddress(address[12..]);
            return;
        }

        int start = -1, run = 1;
        for (var i = 0; i < 8; i++)
        {
            var end = i;
            while (end < 8 && address[2 * end] == 0 && address[2 * end + 1] == 0)
            {
                end++;
            }

            if (end - i > run)
            {
                (start, run) = (i, end - i);
            }

            i = Math.Max(i, end);
        }

        for (var i = 0; i < 8; i++)
        {
            if (i == start)
            {
                Add("::"u8);
                i += run - 1;
                continue;
            }

            if (i > 0 && (start < 0 || i != start + run))
            {
                Add((byte)':');
            }

            var group = ((ulong)address[2 * i] << 8) | address[2 * i + 1];
            AddLowerHex(group);
        }
    }
}
