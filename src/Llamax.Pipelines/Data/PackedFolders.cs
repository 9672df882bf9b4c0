using Llamax.Runs;
using Llamax.Text.Languages;

namespace Llamax.Pipelines.Data;

/// <summary>Where the parts of a packed corpus lie when a person names one of them.</summary>
public static class PackedFolders
{
    /// <summary>The index that a path names: itself, or the only one in a folder.</summary>
    /// <exception cref="RequestException">There is none, or several.</exception>
    public static string IndexOf(string path)
    {
        if (!Directory.Exists(path))
            return path;
        List<string> found = [.. Directory.EnumerateFiles(path, "*.index").Order(StringComparer.Ordinal)];
        return found is [var only] ? only : throw new RequestException(
            found.Count == 0 ? "there is no packed corpus in this folder" : $"there are {found.Count} packed corpora in this folder", path,
            found.Count == 0 ? "name a NAME.index" : $"name one, for example {found[0]}");
    }

    /// <summary>The tokenizer of the run that a corpus lies in: <c>RUN/sets/NAME/packed/blocks.index</c> → <c>RUN/tokenizer</c>.</summary>
    /// <exception cref="RequestException">There is none.</exception>
    public static string TokenizerOf(string indexPath)
    {
        for (var folder = Path.GetDirectoryName(Path.GetFullPath(indexPath)); folder is not null; folder = Path.GetDirectoryName(folder))
            if (Path.GetFileName(folder) == "sets" && Directory.Exists(Path.Combine(folder, "..", "tokenizer")))
                return Path.GetFullPath(Path.Combine(folder, "..", "tokenizer"));
        throw new RequestException("this corpus does not lie in the folder of a run", indexPath, "name its tokenizer with --tokenizer");
    }

    /// <summary>Paper codes of <c>en-ha</c>, or of one language, whose target is empty; null and null for null.</summary>
    /// <exception cref="RequestException">A language is unknown, or there are more than two.</exception>
    public static (string? Source, string? Target) Direction(string? pair)
    {
        if (pair is null)
            return (null, null);
        for (var dash = pair.IndexOf('-', StringComparison.Ordinal); dash > 0; dash = pair.IndexOf('-', dash + 1))
            if (LanguageRegistry.TryFind(pair[..dash], out var source) && LanguageRegistry.TryFind(pair[(dash + 1)..], out var target))
                return (source.Code, target.Code);
        if (LanguageRegistry.TryFind(pair, out var alone))
            return (alone.Code, "");
        throw new RequestException($"\"{pair}\" is no direction", "--pair", "write en-ha, or ha for text of one language");
    }
}
