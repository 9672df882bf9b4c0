using Llamax.Runs;
using Llamax.Text.Languages;

namespace Llamax.Corpus.Reading;

/// <summary>
/// The sentences of Flores-101 or Flores-200, line by line parallel in all languages. An evaluation set: never train on it.
/// </summary>
/// <remarks>
/// Layout, as published: <c>dev/eng.dev</c> and <c>devtest/eng.devtest</c>, each also as <c>.gz</c>. A Flores-200 folder may hold only what
/// differs from a Flores-101 folder beside it, and list the rest in <c>same-as-flores101.tsv</c> (code, its dev file, its devtest file).
/// </remarks>
public sealed class FloresSuite
{
    private readonly Dictionary<(string Code, string Split), string> _files = [];
    private readonly CodeSet _codes;
    private readonly string _folder;

    private FloresSuite(string folder, CodeSet codes)
    {
        (_folder, _codes) = (folder, codes);
        foreach (var split in (string[])["dev", "devtest"])
            foreach (var (code, path) in FilesOf(folder, split))
                _files[(code, split)] = path;
        if (_files.Count == 0)
            throw new RequestException("no Flores files here", folder, "give the folder that holds dev and devtest");
    }

    /// <summary>Opens a Flores-101 folder; files by codes such as <c>eng</c>.</summary>
    /// <exception cref="RequestException">The folder has no Flores files.</exception>
    public static FloresSuite Open101(string folder) => new(folder, CodeSet.Flores101);

    /// <summary>Opens a Flores-200 folder; files by codes such as <c>eng_Latn</c>.</summary>
    /// <param name="folder">The folder with <c>dev</c> and <c>devtest</c>.</param>
    /// <param name="folder101">The Flores-101 folder for what is listed as identical; null when the folder is complete.</param>
    /// <exception cref="RequestException">The folder has no Flores files, or a listed one is missing.</exception>
    public static FloresSuite Open200(string folder, string? folder101 = null)
    {
        var suite = new FloresSuite(folder, CodeSet.Flores200);
        var list = Path.Combine(folder, "same-as-flores101.tsv");
        if (folder101 is null || !File.Exists(list))
            return suite;
        var files101 = Open101(folder101)._files;
        foreach (var line in PlainText.Read(list, new MalformedLines(strict: true)).Skip(1))
        {
            if (line.Text.Split('\t') is not [var code, var dev, var devtest])
                throw new RequestException("three columns expected", line.Origin, "fetch the file again");
            foreach (var (split, code101) in (ReadOnlySpan<(string, string)>)[("dev", dev), ("devtest", devtest)])
            {
                if (code101.Length == 0)
                    continue;
                suite._files[(code, split)] = files101.GetValueOrDefault((code101, split))
                    ?? throw new RequestException($"no {split} file \"{code101}\" in {folder101}", line.Origin, "fetch Flores-101 whole");
            }
        }

        return suite;
    }

    /// <summary>The languages of the registry that have a file in the split.</summary>
    /// <param name="split"><c>dev</c> or <c>devtest</c>.</param>
    public IReadOnlyList<Language> Languages(string split) =>
        [.. LanguageRegistry.All.Where(language => _files.ContainsKey((language.CodeIn(_codes)!, split)))];

    /// <summary>The file codes of the split, those outside the paper's 102 languages included, in ordinal order.</summary>
    public IReadOnlyList<string> Codes(string split) =>
        [.. _files.Keys.Where(key => key.Split == split).Select(key => key.Code).Order(StringComparer.Ordinal)];

    /// <summary>The sentences of a language: 997 in dev, 1,012 in devtest.</summary>
    /// <exception cref="RequestException">There is no such file, or a line is no UTF-8.</exception>
    public IReadOnlyList<string> Sentences(Language language, string split) => Sentences(language.CodeIn(_codes)!, split);

    /// <summary>The sentences of a file code, for example <c>ace_Arab</c>.</summary>
    /// <exception cref="RequestException">There is no such file, or a line is no UTF-8.</exception>
    public IReadOnlyList<string> Sentences(string code, string split) => [.. Lines(code, split).Select(line => line.Text)];

    /// <summary>As <see cref="Sentences(string, string)"/>, as a stream that knows each sentence's file and line.</summary>
    /// <exception cref="RequestException">There is no such file, or a line is no UTF-8.</exception>
    public IEnumerable<TextLine> Lines(string code, string split)
    {
        if (_files.TryGetValue((code, split), out var path))
            return PlainText.Read(path, new MalformedLines(strict: true));
        var nearest = string.Join(", ", Nearest.To(code, Codes(split)));
        throw new RequestException(
            nearest.Length > 0 ? $"no {split} file for \"{code}\"; nearest: {nearest}" : $"no split \"{split}\"; there are dev and devtest",
            _folder,
            nearest.Length > 0 ? "choose one of the languages that are there, or fetch the set whole" : "use devtest, as the paper does");
    }

    private static IEnumerable<(string Code, string Path)> FilesOf(string folder, string split)
    {
        var subfolder = Path.Combine(folder, split);
        if (!Directory.Exists(subfolder))
            yield break;
        foreach (var path in Directory.EnumerateFiles(subfolder).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(path);
            var code = name.Replace($".{split}.gz", "", StringComparison.Ordinal).Replace($".{split}", "", StringComparison.Ordinal);
            if (code != name)
                yield return (code, path);
        }
    }
}
