using Llamax.Runs;
using Llamax.Text.Languages;

namespace Llamax.Corpus.Reading;

/// <summary>A public set of sentence pairs (or of word pairs) on disk, in the layout in which it is published.</summary>
public interface IParallelCorpus
{
    /// <summary>The name by which <see cref="MirrorCorpora"/> opens it, for example <c>ntrex</c>.</summary>
    string Name { get; }

    /// <summary>The folder or file that it is read from.</summary>
    string Folder { get; }

    /// <summary>Its languages, in the registry's order.</summary>
    IReadOnlyList<Language> Languages { get; }

    /// <summary>Whether it has pairs of the two languages; the order does not matter.</summary>
    bool Has(Language source, Language target);

    /// <summary>Streams the pairs, turned round where the file has the other order.</summary>
    /// <exception cref="RequestException">There are none, a file is damaged, or <paramref name="malformed"/> is strict.</exception>
    IEnumerable<SentencePair> Pairs(Language source, Language target, MalformedLines malformed);

    /// <summary>Streams the lines of one language; a set of pair files gives that side of each file, so lines may repeat.</summary>
    /// <exception cref="RequestException">It lacks the language, a file is damaged, or <paramref name="malformed"/> is strict.</exception>
    IEnumerable<TextLine> Lines(Language language, MalformedLines malformed);
}
