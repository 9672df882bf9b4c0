using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Llamax.Corpus.Packing;

/// <summary>
/// The tokens of texts that were seen lately, by the texts' 128-bit hashes, in a bounded piece of memory without an object for each: a set's
/// shuffle throws the replicas of a pair, and the code-switched entries with the same target, far apart. Safe to use from many threads; what
/// is forgotten is made again, and the answers are the same.
/// </summary>
/// <param name="encode">Makes the tokens.</param>
/// <param name="tokens">How many are held at most.</param>
internal sealed class RecentTexts(Func<string, int[]> encode, int tokens = 1 << 24)
{
    private const int Parts = 64;
    private const int TokensPerText = 32;

    private readonly Part[] _parts = [.. Enumerable.Range(0, Parts).Select(_ => new Part(tokens / Parts))];

    public int[] Encode(string text)
    {
        var key = KeyOf(text);
        var part = _parts[(int)((ulong)key % Parts)];
        if (part.Find(key) is { } known)
            return known;
        var made = encode(text);
        part.Add(key, made);
        return made;
    }

    /// <summary>Remembers the tokens of a text that somebody else knew.</summary>
    public void Remember(string text, int[] made)
    {
        var key = KeyOf(text);
        _parts[(int)((ulong)key % Parts)].Add(key, made);
    }

    private static UInt128 KeyOf(string text) => XxHash128.HashToUInt128(MemoryMarshal.AsBytes(text.AsSpan()));

    /// <summary>A ring of tokens, and a table in which a text takes the place of an older one.</summary>
    private sealed class Part(int capacity)
    {
        private readonly Lock _lock = new();
        private readonly int[] _ring = new int[capacity];
        private readonly Place[] _places = new Place[Math.Max(1, capacity / TokensPerText)];
        private long _written;

        public int[]? Find(UInt128 key)
        {
            lock (_lock)
            {
                var place = _places[Slot(key)];
                if (place.Key != key || place.Start < _written - capacity || place.Length == 0)
                    return null;
                var found = new int[place.Length];
                var first = (int)(place.Start % capacity);
                var upToEnd = Math.Min(found.Length, capacity - first);
                _ring.AsSpan(first, upToEnd).CopyTo(found);
                _ring.AsSpan(0, found.Length - upToEnd).CopyTo(found.AsSpan(upToEnd));
                return found;
            }
        }

        public void Add(UInt128 key, int[] made)
        {
            // Documents of many lines do not come again, and would push out what does.
            if (made.Length == 0 || made.Length > capacity / TokensPerText)
                return;
            lock (_lock)
            {
                ref var place = ref _places[Slot(key)];
                if (place.Key == key && place.Start >= _written - capacity)
                    return;
                var first = (int)(_written % capacity);
                var upToEnd = Math.Min(made.Length, capacity - first);
                made.AsSpan(0, upToEnd).CopyTo(_ring.AsSpan(first));
                made.AsSpan(upToEnd).CopyTo(_ring);
                place = new(key, _written, made.Length);
                _written += made.Length;
            }
        }

        private int Slot(UInt128 key) => (int)((ulong)(key >> 64) % (ulong)_places.Length);
    }

    private readonly record struct Place(UInt128 Key, long Start, int Length);
}
