using System.Globalization;
using System.IO.Compression;
using Llamax.Text.Identification;
using Llamax.Text.Tokenization;

namespace Llamax.Bench.Text;

/// <summary>Tokenizers and language identification on one thread against the programs that they equal, on Flores-101 dev.</summary>
internal static class TextBench
{
    public static BenchReport Run(BenchOptions options)
    {
        var folder = Directory.CreateTempSubdirectory("llamax-bench-").FullName;
        try
        {
            var (text, bytes) = (Path.Combine(folder, "dev.txt"), 0L);
            using (var all = File.Create(text))
            {
                var dev101 = Place("LLAMAX_DATA", "data", "flores101", "dev");
                foreach (var file in Directory.EnumerateFiles(dev101).Order(StringComparer.Ordinal))
                {
                    using var dev = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
                    dev.CopyTo(all);
                }

                bytes = all.Length;
            }

            return new BenchReport(
                "text",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"""
                    All Flores-101 dev files ({bytes / 1e6:F1} MB), from a file to a file, on 1 thread; the outputs are equal byte for byte.
                    The peers are Debian's programs, as processes; Llamax runs inside the benchmark, so its start is not in the times
                    but the collector's and the compiler's threads are in its processor time.
                    {options.Repeats} interleaved rounds after one unmeasured.
                    """),
                [
                    Tokenizer(options, "LLaMA-2 BPE", Place("LLAMAX_DATA", "data", "llama2-tokenizer", "tokenizer.model"), text),
                    Tokenizer(
                        options, "Unigram, 24,000 pieces", Place("LLAMAX_GOLDENS", "golden", "metrics", "spm", "standin-unigram-24k.model"),
                        text),
                    Identifier(options, Place("LLAMAX_DATA", "data", "lid", "lid.176.ftz"), text),
                ]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static BenchCase Tokenizer(BenchOptions options, string name, string model, string text)
    {
        var tokenizer = TokenizerFile.Load(model);
        var ids = new List<int>();
        return Compare(
            options, name, "sentencepiece", ["spm_encode", $"--model={model}", "--output_format=id", text],
            text, (line, output) =>
            {
                ids.Clear();
                tokenizer.Encode(line, ids);
                Span<char> number = stackalloc char[11];
                for (var i = 0; i < ids.Count; i++)
                {
                    ids[i].TryFormat(number, out var length, provider: CultureInfo.InvariantCulture);
                    if (i > 0)
                        output.Write(' ');
                    output.Write(number[..length]);
                }
            });
    }

    private static BenchCase Identifier(BenchOptions options, string model, string text)
    {
        var identifier = LanguageIdentifier.Load(model);
        var best = new LabelProbability[1];
        return Compare(
            options, "identification, lid.176.ftz", "fasttext", ["fasttext", "predict", model, text],
            text, (line, output) =>
            {
                if (identifier.Identify(line, best) > 0)
                    output.Write(identifier.Labels[best[0].Label].Name);
            });
    }

    private static BenchCase Compare(
        BenchOptions options, string name, string package, string[] peer, string text, Action<string, TextWriter> work)
    {
        var (theirs, ours) = (text + ".theirs", text + ".ours");
        var times = Interleaved.MeasureWithProcesses(
            options.Repeats,
            ($"{peer[0]} ({package})", () => PeerProcess.Run(package, theirs, peer)),
            ("Llamax", () =>
            {
                using var input = new StreamReader(text);
                using var output = new StreamWriter(ours) { NewLine = "\n" };
                while (input.ReadLine() is { } line)
                {
                    work(line, output);
                    output.WriteLine();
                }

                return 0;
            }
        ));
        if (!File.ReadLines(theirs).SequenceEqual(File.ReadLines(ours)))
            throw new InvalidOperationException($"{name}: the outputs of {peer[0]} and Llamax differ.");
        return new BenchCase(name, times);
    }

    /// <summary>A path in a folder that a variable names; without it, in the folder shared beside the repository.</summary>
    private static string Place(string variable, string name, params string[] parts)
    {
        var root = Environment.GetEnvironmentVariable(variable);
        if (string.IsNullOrEmpty(root))
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Llamax.slnx")))
                folder = folder.Parent;
            root = Path.Combine(folder?.FullName ?? ".", "..", "shared", name);
        }

        var path = Path.Combine([root, .. parts]);
        return Path.Exists(path) ? path : throw new InvalidOperationException($"{path} does not exist: set {variable} to its folder.");
    }
}
