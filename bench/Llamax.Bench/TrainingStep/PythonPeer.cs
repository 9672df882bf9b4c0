using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Llamax.Corpus.Packing;
using Llamax.Models.Causal;
using Llamax.Runs;

namespace Llamax.Bench.TrainingStep;

/// <summary>Debian's PyTorch as a process that takes a step whenever it is told to: plain_llama.py from the same weights.</summary>
internal sealed class PythonPeer : IDisposable
{
    private const string Python = "/usr/bin/python3";

    private static readonly JsonSerializerOptions Names = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private readonly Process _process;
    private readonly string _folder = Directory.CreateTempSubdirectory("llamax-bench-").FullName;
    private double _processorSeconds;

    public PythonPeer(CausalModel model, PackedBlock[] blocks)
    {
        model.Save(_folder);
        var config = model.Config;
        Write("shape.json", new
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
        Write("batch.json", new
        {
            Tokens = blocks.Select(block => block.Tokens),
            Positions = blocks.Select(block => block.Positions),
            Segments = blocks.Select(block => block.Segments),
            Labels = blocks.Select((block, b) => block.Tokens.Select((_, i) => labels[b, i])),
        });
        var start = new ProcessStartInfo(
            Python,
            [
                Path.Combine(AppContext.BaseDirectory, "plain_llama.py"), Path.Combine(_folder, "model.safetensors"),
                Path.Combine(_folder, "shape.json"), Path.Combine(_folder, "batch.json"),
            ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["OMP_NUM_THREADS"] = "1";
        start.Environment["OPENBLAS_NUM_THREADS"] = "1";
        _process = Process.Start(start)!;
        Version = Answer()[1];
    }

    /// <summary>Of PyTorch.</summary>
    public string Version { get; }

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

    /// <summary>Takes a step; gives its loss and the processor seconds that it took.</summary>
    public (double Loss, double Seconds) Step()
    {
        _process.StandardInput.WriteLine("step");
        _process.StandardInput.Flush();
        var numbers = Array.ConvertAll(Answer(), text => double.Parse(text, CultureInfo.InvariantCulture));
        var seconds = numbers[1] - _processorSeconds;
        _processorSeconds = numbers[1];
        return (numbers[0], seconds);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string[] Answer() => _process.StandardOutput.ReadLine()?.Split(' ')
        ?? throw new RequestException("the Python process ended", "plain_llama.py", "apt-get install python3-torch");

    private void Write<T>(string name, T value) => File.WriteAllText(
        Path.Combine(_folder, name), JsonSerializer.Serialize(value, Names));
}
