using System.Diagnostics;
using System.Text.Json;
using Llamax.Corpus.Packing;
using Llamax.Models.Causal;

namespace Llamax.Bench.TrainingStep;

/// <summary>Debian's PyTorch: plain_llama.py.</summary>
internal static class PythonPeer
{
    private const string Python = "/usr/bin/python3";

    private static readonly JsonSerializerOptions Names = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>Whose matrix products it uses: Debian lets the reference BLAS, many times slower, stand in where OpenBLAS is not installed.</summary>
    public static string Blas => File.ResolveLinkTarget("/usr/lib/x86_64-linux-gnu/libblas.so.3", returnFinalTarget: true)
        is { } library && library.FullName.Contains("openblas", StringComparison.Ordinal) ? "OpenBLAS" : "the reference BLAS";

    /// <summary>Whether Debian's PyTorch is here.</summary>
    public static bool IsInstalled
    {
        get
        {
            if (!File.Exists(Python))
                return false;
            using var process = Process.Start(new ProcessStartInfo(Python, ["-c", "import torch"]) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
    }

    public static StepPeer Start(CausalModel model, PackedBlock[] blocks) => new(model, folder =>
    {
        var config = model.Config;
        Write(folder, "shape.json", new
        {
            config.VocabularySize,
            config.HiddenSize,
            config.IntermediateSize,
            config.Layers,
            config.Heads,
            config.KeyValueHeads,
            config.HeadSize,
            config.NormEpsilon,
            config.RopeTheta,
        });
        var labels = PlainStep.Labels(blocks);
        Write(folder, "batch.json", new
        {
            Tokens = blocks.Select(block => block.Tokens),
            Positions = blocks.Select(block => block.Positions),
            Segments = blocks.Select(block => block.Segments),
            Labels = blocks.Select((block, b) => block.Tokens.Select((_, i) => labels[b, i])),
        });
        return
        [
            Python, Path.Combine(AppContext.BaseDirectory, "plain_llama.py"), Path.Combine(folder, "model.safetensors"),
            Path.Combine(folder, "shape.json"), Path.Combine(folder, "batch.json"),
        ];
    });

    private static void Write<T>(string folder, string name, T value) => File.WriteAllText(
        Path.Combine(folder, name), JsonSerializer.Serialize(value, Names));
}
