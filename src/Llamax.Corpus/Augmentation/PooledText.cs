using System.Buffers;

namespace Llamax.Corpus.Augmentation;

/// <summary>Text that grows in pooled memory; <see cref="Finish"/> gives the memory back.</summary>
internal ref struct PooledText(int capacity)
{
    private char[] _units = ArrayPool<char>.Shared.Rent(capacity);
    private int _length;

    /// <summary>The last unit; null of an empty text.</summary>
    public readonly char? Last => _length == 0 ? null : _units[_length - 1];

    /// <returns>Where it was written; valid until the next call.</returns>
    public Span<char> Append(ReadOnlySpan<char> text)
    {
        if (_units.Length - _length < text.Length)
            Grow(text.Length);
        var place = _units.AsSpan(_length, text.Length);
        text.CopyTo(place);
        _length += text.Length;
        return place;
    }

    public readonly string Finish()
    {
        var text = new string(_units, 0, _length);
        ArrayPool<char>.Shared.Return(_units);
        return text;
    }

    private void Grow(int more)
    {
        var larger = ArrayPool<char>.Shared.Rent(Math.Max(2 * _units.Length, _length + more));
        _units.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<char>.Shared.Return(_units);
        _units = larger;
    }
}
