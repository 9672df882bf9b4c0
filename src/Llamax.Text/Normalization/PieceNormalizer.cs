using System.Buffers;
using System.Text;

namespace Llamax.Text.Normalization;

/// <summary>Whether a space goes before the text.</summary>
internal enum DummyPrefix
{
    None,
    Always,

    /// <summary>Only where the text does not begin with a space already (the Metaspace of Hugging Face).</summary>
    UnlessSpace,

    /// <summary>The same, but only before the first part of a text that added tokens cut into several.</summary>
    FirstUnlessSpace,
}

/// <summary>
/// Text as SentencePiece sees it before it cuts: characters mapped, spaces trimmed and escaped as ▁ (normalizer.cc, Normalizer::Normalize).
/// </summary>
internal sealed class PieceNormalizer
{
    private readonly PrecompiledCharacterMap? _map;
    private readonly ByteTrie? _untouched;
    private readonly DummyPrefix _dummyPrefix;
    private readonly bool _removeExtraWhitespaces;
    private readonly bool _escapeWhitespaces;

    /// <param name="map">Null maps nothing.</param>
    /// <param name="untouched">Strings that no rule may change: the user-defined pieces.</param>
    /// <param name="dummyPrefix">Whether a space goes before the text.</param>
    /// <param name="removeExtraWhitespaces">Runs of spaces become one; spaces at both ends go.</param>
    /// <param name="escapeWhitespaces">Spaces become ▁.</param>
    public PieceNormalizer(
        PrecompiledCharacterMap? map, ByteTrie? untouched, DummyPrefix dummyPrefix, bool removeExtraWhitespaces, bool escapeWhitespaces)
    {
        _map = map;
        _untouched = untouched;
        _dummyPrefix = dummyPrefix;
        _removeExtraWhitespaces = removeExtraWhitespaces;
        _escapeWhitespaces = escapeWhitespaces;
    }

    /// <summary>▁ (U+2581) in UTF-8.</summary>
    public static ReadOnlySpan<byte> Space => "\u2581"u8;

    public bool RemovesExtraWhitespaces => _removeExtraWhitespaces;

    public bool AddsPrefix => _dummyPrefix != DummyPrefix.None;

    private ReadOnlySpan<byte> WrittenSpace => _escapeWhitespaces ? Space : " "u8;

    /// <summary>Appends the normalised UTF-8 of <paramref name="text"/>.</summary>
    /// <param name="text">A text, or the part of one between two added tokens.</param>
    /// <param name="isFirst">No other part stands before it.</param>
    /// <param name="normalized">Gets it.</param>
    public void Normalize(ReadOnlySpan<char> text, bool isFirst, Utf8Buffer normalized)
    {
        if (text.IsEmpty)
            return;
        var rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        var input = rented.AsSpan(0, Encoding.UTF8.GetBytes(text, rented));
        if (_map is null && _untouched is null && !_removeExtraWhitespaces)
            Escape(input, isFirst, normalized);
        else
            Map(input, normalized);
        ArrayPool<byte>.Shared.Return(rented);
    }

    private void Escape(ReadOnlySpan<byte> input, bool isFirst, Utf8Buffer normalized)
    {
        var beginsWithSpace = input[0] == ' ' || input.StartsWith(Space);
        var addsPrefix = _dummyPrefix switch
        {
            DummyPrefix.Always => true,
            DummyPrefix.UnlessSpace => !beginsWithSpace,
            DummyPrefix.FirstUnlessSpace => isFirst && !beginsWithSpace,
            _ => false,
        };
        if (addsPrefix)
            normalized.Append(WrittenSpace);
        while (true)
        {
            var space = _escapeWhitespaces ? input.IndexOf((byte)' ') : -1;
            if (space < 0)
                break;
            normalized.Append(input[..space]);
            normalized.Append(Space);
            input = input[(space + 1)..];
        }

        normalized.Append(input);
    }

    private void Map(ReadOnlySpan<byte> input, Utf8Buffer normalized)
    {
        var start = normalized.Length;
        if (_removeExtraWhitespaces)
        {
            while (!input.IsEmpty)
            {
                var consumed = Prefix(input, out var result);
                if (!result.SequenceEqual(" "u8))
                    break;
                input = input[consumed..];
            }

            if (input.IsEmpty)
                return;
        }

        if (_dummyPrefix != DummyPrefix.None)
            normalized.Append(WrittenSpace);
        var afterSpace = _removeExtraWhitespaces;
        while (!input.IsEmpty)
        {
            var consumed = Prefix(input, out var result);
            input = input[consumed..];
            if (afterSpace)
                result = result.TrimStart((byte)' ');
            if (result.IsEmpty)
                continue;
            afterSpace = _removeExtraWhitespaces && result[^1] == ' ';
            for (int space; (space = result.IndexOf((byte)' ')) >= 0; result = result[(space + 1)..])
            {
                normalized.Append(result[..space]);
                normalized.Append(WrittenSpace);
            }

            normalized.Append(result);
        }

        if (!_removeExtraWhitespaces)
            return;
        while (normalized.Written[start..].EndsWith(WrittenSpace))
            normalized.Truncate(normalized.Length - WrittenSpace.Length);
    }

    /// <summary>Normalises the shortest beginning of <paramref name="input"/> that has a rule; returns its length in bytes.</summary>
    private int Prefix(ReadOnlySpan<byte> input, out ReadOnlySpan<byte> result)
    {
        var untouched = _untouched?.LongestMatch(input) ?? 0;
        if (untouched > 0)
        {
            result = input[..untouched];
            return untouched;
        }

        if (_map is not null && _map.Match(input, out result) is > 0 and var mapped)
            return mapped;

        Rune.DecodeFromUtf8(input, out _, out var length);
        result = input[..length];
        return length;
    }
}
