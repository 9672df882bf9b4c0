namespace Llamax.Corpus.Packing;

/// <summary>What an entry is besides its text.</summary>
/// <param name="Kind">Its part in Algorithm 1.</param>
/// <param name="Source">Paper code.</param>
/// <param name="Target">Paper code; empty for monolingual text.</param>
/// <param name="Origin">File and line, or generator and item; of joined lines the first one's.</param>
/// <param name="Lines">Entries of the built set that it stands for: more than one where lines were joined.</param>
internal sealed record EntryHead(EntryKind Kind, string Source, string Target, string Origin, int Lines);

/// <summary>The tokens of a segment, without BOS and EOS.</summary>
internal readonly record struct SegmentTokens(int[] Tokens, bool HasLoss);

/// <summary>An entry as tokens, before it is laid into blocks of any length.</summary>
internal sealed record EntryTokens(EntryHead Head, SegmentTokens[] Segments);

/// <summary>Tokens <paramref name="Start"/> … <paramref name="Start"/> + <paramref name="Length"/> − 1 of a document are learnt.</summary>
internal readonly record struct LossRange(int Start, int Length);

/// <summary>What lies in one block as one document: with BOS, and with EOS where the text really ends.</summary>
internal sealed record DocumentTokens(EntryHead Head, int[] Tokens, LossRange[] Loss);

/// <summary>The documents of one entry, and what did not get in.</summary>
/// <param name="Head">Where they come from.</param>
/// <param name="Pieces">Empty when the entry holds no token, or none that is learnt.</param>
/// <param name="LostTokens">Tokens beyond the block of an entry that may not be continued.</param>
internal readonly record struct LaidEntry(EntryHead Head, IReadOnlyList<DocumentTokens> Pieces, int LostTokens);
