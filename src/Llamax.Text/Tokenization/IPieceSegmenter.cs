namespace Llamax.Text.Tokenization;

/// <summary>A part of a normalised text and the piece that stands for it.</summary>
/// <param name="Id">A vocabulary id; the unknown piece or −1 for a character that has no piece.</param>
/// <param name="Length">Bytes of UTF-8. Parts follow each other without gaps.</param>
internal readonly record struct PieceSpan(int Id, int Length);

/// <summary>Cuts normalised text into pieces.</summary>
internal interface IPieceSegmenter
{
    /// <summary>Appends the parts of <paramref name="normalized"/>, which is UTF-8 and whose lengths add up to its own.</summary>
    void Segment(ReadOnlySpan<byte> normalized, List<PieceSpan> parts);
}
