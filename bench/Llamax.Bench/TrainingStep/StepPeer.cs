using System.Diagnostics;
using System.Globalization;
using Llamax.Models.Causal;
using Llamax.Runs;

namespace Llamax.Bench.TrainingStep;

/// <summary>
/// A process that starts from the same weights and takes a step for every line that it is sent. It says "ready" with its version, then the
/// loss and the processor seconds that it has used so far.
/// </summary>
internal sealed class StepPeer : IDisposable
{
    private readonly Process _process;
    private readonly string _folder;
    private double _processorSeconds;

    /// <param name="model">Whose weights it starts from: they lie in the folder as a Hugging Face folder.</param>
    /// <param name="command">The program and its arguments, given that folder.</param>
    public StepPeer(CausalModel model, Func<string, string[]> command)
    {
        _folder = Directory.CreateTempSubdirectory("llamax-bench-").FullName;
        model.Save(_folder);
        var words = command(_folder);
        var start = new ProcessStartInfo(words[0], words[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["OMP_NUM_THREADS"] = "1";
        start.Environment["OPENBLAS_NUM_THREADS"] = "1";
        _process = Process.Start(start)!;
        Version = Answer()[1];
    }

    /// <summary>What it says of itself.</summary>
    public string Version { get; }

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
        ?? throw new RequestException("the process that takes steps beside ours ended", mend: "see what it said");
}
