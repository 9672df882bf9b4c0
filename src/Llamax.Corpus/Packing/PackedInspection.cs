using System.Globalization;
using Llamax.Runs;
using Llamax.Text.Tokenization;

namespace Llamax.Corpus.Packing;

/// <summary>A token of a packed document.</summary>
/// <param name="Id">In the tokenizer.</param>
/// <param name="Piece">As the vocabulary spells it.</param>
/// <param name="IsLearnt">Whether it is learnt when predicted from those before it.</param>
public readonly record struct InspectedToken(int Id, string Piece, bool IsLearnt);

/// <summary>A packed document back as text.</summary>
/// <param name="Block">From 0.</param>
/// <param name="Number">Among all documents of the corpus, from 0.</param>
/// <param name="Document">What it is, and its place in the block.</param>
/// <param name="Text">Without BOS and EOS.</param>
/// <param name="Tokens">All of them.</param>
/// <param name="Origin">Null where the corpus was packed without origins.</param>
public sealed record InspectedDocument(
    int Block, long Number, PackedDocument Document, string Text, IReadOnlyList<InspectedToken> Tokens, DocumentOrigin? Origin);

/// <summary>Which documents are looked at; what is null does not choose.</summary>
public sealed record InspectionQuery
{
    /// <summary>All of this block.</summary>
    public int? Block { get; init; }

    /// <summary>This one, counted over the whole corpus from 0.</summary>
    public long? Document { get; init; }

    /// <summary>Those with this in their text.</summary>
    public string? Containing { get; init; }

    /// <summary>Paper code of the source (or only) language.</summary>
    public string? Source { get; init; }

    /// <summary>Paper code of the target; empty = monolingual text.</summary>
    public string? Target { get; init; }
}

/// <summary>Looks into a packed corpus: blocks back to documents, tokens, texts and origins.</summary>
public sealed class PackedInspection : IDisposable
{
    private readonly string _path;
    private readonly ITokenizer _tokenizer;
    private readonly PackedCorpus _corpus;
    private readonly PackedOrigins? _origins;

    private PackedInspection(string path, ITokenizer tokenizer, PackedCorpus corpus, PackedOrigins? origins) =>
        (_path, _tokenizer, _corpus, _origins) = (path, tokenizer, corpus, origins);

    /// <exception cref="RequestException">The corpus is missing or damaged, or was packed with another tokenizer.</exception>
    public static PackedInspection Open(string indexPath, ITokenizer tokenizer)
    {
        var corpus = PackedCorpus.Open(indexPath);
        try
        {
            if (corpus.TokenizerFingerprint != tokenizer.Fingerprint)
                throw new RequestException(
                    $"this corpus was packed with the tokenizer {corpus.TokenizerFingerprint}, and this one is {tokenizer.Fingerprint}",
                    indexPath, "give the tokenizer that it was packed with");
            return new(indexPath, tokenizer, corpus, PackedOrigins.Open(indexPath, corpus));
        }
        catch
        {
            corpus.Dispose();
            throw;
        }
    }

    public int BlockCount => _corpus.BlockCount;

    /// <summary>The documents that a query chooses, in the order of the corpus; a stream.</summary>
    /// <exception cref="RequestException">The block is not there, or a record is damaged.</exception>
    public IEnumerable<InspectedDocument> Find(InspectionQuery query)
    {
        if (query.Block is { } asked && (asked < 0 || asked >= BlockCount))
            throw new RequestException(
                string.Create(CultureInfo.InvariantCulture, $"there is no block {asked}"), _path,
                string.Create(CultureInfo.InvariantCulture, $"blocks are 0 to {BlockCount - 1}"));
        return Stream(query);
    }

    public void Dispose()
    {
        _origins?.Dispose();
        _corpus.Dispose();
    }

    private IEnumerable<InspectedDocument> Stream(InspectionQuery query)
    {
        var block = new PackedBlock(_corpus.BlockLength);
        long number = 0;
        for (var index = 0; index <= (query.Block ?? (BlockCount - 1)); index++)
        {
            _corpus.Read(index, block);
            var first = number;
            number += block.Documents.Count;
            if ((query.Block is { } one && one != index) || (query.Document is { } wanted && (wanted < first || wanted >= number)))
                continue;
            var origins = _origins?.Read(index);
            if (origins is not null && origins.Length != block.Documents.Count)
                throw new RequestException("the origins are not those of the blocks", _path, "pack the corpus again");
            for (var i = 0; i < block.Documents.Count; i++)
            {
                var document = block.Documents[i];
                if ((query.Document is { } exact && exact != first + i) || (query.Source is { } source && source != document.Source)
                    || (query.Target is { } target && target != document.Target))
                    continue;
                var ids = block.Tokens.AsSpan(document.Start, document.Length);
                var text = _tokenizer.Decode(ids);
                if (query.Containing is { } part && !text.Contains(part, StringComparison.Ordinal))
                    continue;
                yield return new(index, first + i, document, text, Tokens(block, document), origins?[i]);
            }
        }
    }

    private InspectedToken[] Tokens(PackedBlock block, PackedDocument document)
    {
        var tokens = new InspectedToken[document.Length];
        for (var i = 0; i < tokens.Length; i++)
        {
            var id = block.Tokens[document.Start + i];
            tokens[i] = new(id, _tokenizer.Piece(id), block.Loss[document.Start + i]);
        }

        return tokens;
    }
}
