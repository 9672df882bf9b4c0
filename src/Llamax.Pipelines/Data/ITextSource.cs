using Llamax.Corpus.Reading;
using Llamax.Text.Languages;

namespace Llamax.Pipelines.Data;

/// <summary>Text of some languages, and pairs between some of them, divided into training data and held-out pairs.</summary>
internal interface ITextSource
{
    /// <summary>What decides its lines: options, and the files' hashes or the locale data's version.</summary>
    string Fingerprint { get; }

    /// <summary>Lines of one language; none where the source does not have it.</summary>
    IEnumerable<TextLine> Monolingual(Language language);

    /// <summary>Training pairs; none where the source does not have the pair. Called with either order.</summary>
    IEnumerable<SentencePair> Parallel(Language source, Language target);

    /// <summary>Pairs that training never sees, at most <paramref name="count"/>.</summary>
    IEnumerable<SentencePair> HeldOut(Language source, Language target, int count);

    /// <summary>
    /// Other such pairs, which a run is watched by while it trains; a source with few of them gives those that <see cref="HeldOut"/> gives
    /// last.
    /// </summary>
    IEnumerable<SentencePair> Dev(Language source, Language target, int count);
}
