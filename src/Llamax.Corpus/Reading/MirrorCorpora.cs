using Llamax.Corpus.Catalogue;
using Llamax.Runs;
using Llamax.Text.Languages;

namespace Llamax.Corpus.Reading;

/// <summary>Public sets by name, as a recipe says <c>source: ntrex</c>, from a folder that mirrors them (<c>$LLAMAX_DATA</c>).</summary>
public static class MirrorCorpora
{
    /// <summary>The names that can be opened. The last four are lexicons: their pairs are words and short phrases.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["ntrex", "tatoeba", "massive", "mafand", "tico19", "udhr", "muse", "panlex", "gatitos", "cldr"];

    /// <summary>Opens a set where the catalogue finds it: in the mirror, else in the cache.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="catalogue">Knows the folders.</param>
    /// <param name="partition">As of the other.</param>
    /// <exception cref="RequestException">The name or partition is unknown, or the set is not on this machine.</exception>
    public static IParallelCorpus Open(string name, DataCatalogue catalogue, string? partition = null)
    {
        CheckNames(name, partition);
        return OpenFolder(name, catalogue.Require(EntryName(name)), partition);
    }

    /// <summary>Opens a set.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="mirror">The folder that holds the sets' folders.</param>
    /// <param name="partition">
    /// For <c>massive</c> and <c>mafand</c>: <c>train</c> (the default), <c>dev</c> or <c>test</c>. The other sets have none;
    /// <c>tico19</c> is a test set as a whole, and test sets must not enter training text.
    /// </param>
    /// <exception cref="RequestException">The name is unknown, the folder or the partition does not exist.</exception>
    public static IParallelCorpus Open(string name, string mirror, string? partition = null)
    {
        CheckNames(name, partition);
        var folder = Path.Combine(mirror, EntryName(name));
        return Directory.Exists(folder)
            ? OpenFolder(name, folder, partition)
            : throw new RequestException("the folder does not exist", folder, "set LLAMAX_DATA to the folder that mirrors the public sets");
    }

    /// <summary>The catalogue's name, which is the folder's too.</summary>
    private static string EntryName(string name) => name switch { "ntrex" => "ntrex128", "cldr" => "cldr-lexicon", _ => name };

    private static void CheckNames(string name, string? partition)
    {
        if (!Names.Contains(name))
            throw new RequestException($"no corpus \"{name}\"", mend: $"use {string.Join(", ", Nearest.To(name, Names, Names.Count))}");
        if (partition is not (null or "train" or "dev" or "test") || (partition is not null && name is not ("massive" or "mafand")))
            throw new RequestException(
                $"{name} has no partition \"{partition}\"", mend: "massive and mafand have train, dev and test; leave it out for others");
    }

    private static IParallelCorpus OpenFolder(string name, string folder, string? partition)
    {
        return name switch
        {
            "ntrex" => new LineParallelCorpus(name, folder, CodeSet.Ntrex, published: NtrexFile),
            "massive" => new LineParallelCorpus(name, folder, CodeSet.Massive, partition ?? "train"),
            "tico19" => new LineParallelCorpus(name, folder, CodeSet.Tico19),
            "udhr" => new UdhrCorpus(folder),
            "tatoeba" => new PairFilesCorpus(name, folder, ".tsv", PairFilesCorpus.Joined('-')),
            "mafand" => new PairFilesCorpus(name, folder, $".{partition ?? "train"}.tsv", PairFilesCorpus.Joined('-')),
            "muse" => new PairFilesCorpus(name, folder, ".txt", PairFilesCorpus.Joined('-'), MusePairs.Read),
            "panlex" => new PairFilesCorpus(name, folder, ".tsv", PairFilesCorpus.Joined('-')),
            "gatitos" => new PairFilesCorpus(name, folder, ".tsv", PairFilesCorpus.Joined('_')),
            _ => new PairFilesCorpus(name, folder, ".tsv", code => ("eng", code)),
        };
    }

    // As Microsoft publishes it: English is the source, all others are its references.
    private static string NtrexFile(string code) =>
        Path.Combine("NTREX-128", code == "src.eng" ? "newstest2019-src.eng.txt" : $"newstest2019-ref.{code}.txt");

    internal static RequestException Lacks(IParallelCorpus corpus, Language language, string where) =>
        new($"{corpus.Name} has no {language} ({language.Name})", where, $"choose one of {string.Join(' ', corpus.Languages)}");
}
