namespace Llamax.Corpus.Packing;

/// <summary>Tokens <paramref name="Start"/> … <paramref name="Start"/> + <paramref name="Length"/> − 1 of a document are learnt.</summary>
internal readonly record struct LossRange(int Start, int Length);

/// <summary>What lies in one block as one document: with BOS, and with EOS where the text really ends.</summary>
internal sealed record DocumentTokens(EntryKind Kind, string Source, string Target, int[] Tokens, LossRange[] Loss);

/// <summary>The documents of one entry, and what did not get in.</summary>
/// <param name="Entry">Where they come from.</param>
/// <param name="Pieces">Empty when the entry holds no token, or none that is learnt.</param>
/// <param name="LostTokens">Tokens beyond the block of an entry that may not be continued.</param>
internal readonly record struct EncodedEntry(TrainingEntry Entry, IReadOnlyList<DocumentTokens> Pieces, int LostTokens);
