using System.Runtime.InteropServices;

namespace Llamax.Corpus.Deduplication;

/// <summary>A 128-bit key and the pair that has it: what is written, sorted and compared, 24 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
internal readonly record struct KeyRow(ulong High, ulong Low, long Sequence) : IComparable<KeyRow>
{
    public const int Bytes = 24;

    public bool HasKeyOf(in KeyRow other) => High == other.High && Low == other.Low;

    public int CompareTo(KeyRow other)
    {
        var order = High.CompareTo(other.High);
        if (order == 0)
            order = Low.CompareTo(other.Low);
        return order != 0 ? order : Sequence.CompareTo(other.Sequence);
    }
}
