using System.Buffers.Binary;

namespace Llamax.Text.Normalization;

/// <summary>
/// SentencePiece's <c>precompiled_charsmap</c> (nmt_nfkc and its like): rules "these bytes become those", found by the longest match.
/// The layout: the size of the trie in bytes as a little-endian uint32, the trie (a double array of uint32 units as darts-clone packs
/// them), then the replacements as UTF-8 strings that end with a zero byte.
/// </summary>
internal sealed class PrecompiledCharacterMap
{
    private readonly uint[] _units;
    private readonly byte[] _replacements;

    /// <exception cref="FormatException">The layout is broken.</exception>
    public PrecompiledCharacterMap(ReadOnlySpan<byte> compiled)
    {
        if (compiled.Length < 4)
            throw new FormatException("the character map is shorter than its header");
        var trieBytes = BinaryPrimitives.ReadUInt32LittleEndian(compiled);
        if (trieBytes < 4 || trieBytes % 4 != 0 || trieBytes > compiled.Length - 4)
            throw new FormatException($"the character map announces a trie of {trieBytes} bytes in {compiled.Length} bytes");
        _units = new uint[trieBytes / 4];
        for (var i = 0; i < _units.Length; i++)
            _units[i] = BinaryPrimitives.ReadUInt32LittleEndian(compiled[(4 + 4 * i)..]);
        _replacements = compiled[(4 + (int)trieBytes)..].ToArray();
        if (_replacements.Length == 0 || _replacements[^1] != 0)
            throw new FormatException("the replacements of the character map do not end with a zero byte");
    }

    /// <summary>The longest rule that <paramref name="text"/> begins with.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="replacement">What the matched bytes become, possibly nothing.</param>
    /// <returns>The number of bytes that the rule replaces; 0 where none applies.</returns>
    public int Match(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> replacement)
    {
        var length = 0;
        replacement = default;
        var node = Offset(_units[0]);
        for (var i = 0; i < text.Length; i++)
        {
            node ^= text[i];
            if (node >= (uint)_units.Length)
                break;
            var unit = _units[node];
            if ((unit & 0x800000FF) != text[i])
                break;
            node ^= Offset(unit);
            var hasValue = (unit & 0x100) != 0;
            if (!hasValue)
                continue;
            if (node >= (uint)_units.Length)
                break;
            var value = _units[node] & 0x7FFFFFFF;
            if (value >= (uint)_replacements.Length)
                break;
            var tail = _replacements.AsSpan((int)value);
            replacement = tail[..tail.IndexOf((byte)0)];
            length = i + 1;
        }

        return length;
    }

    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & 0x200) >> 6);
}
