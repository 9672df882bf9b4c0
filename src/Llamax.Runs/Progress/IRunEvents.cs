namespace Llamax.Runs.Progress;

/// <summary>
/// How libraries speak while they work; they never touch the console. The terminal shows bars, a pipe gets plain lines,
/// <c>--json</c> gets JSON lines, tests record, and the default is silence.
/// </summary>
public interface IRunEvents
{
    /// <summary>Opens a step with a known total.</summary>
    /// <param name="name">What is done, for example <c>"pack"</c>.</param>
    /// <param name="total">How many units there are; 0 when unknown.</param>
    /// <param name="unit">The unit in the singular, for example <c>"pair"</c>.</param>
    IRunStep Begin(string name, long total, string unit);

    /// <summary>A measured value, for example <c>("train/loss", 2.31, 400)</c>.</summary>
    void Measure(string name, double value, long step);

    /// <summary>One line of talk with its unit and denominator.</summary>
    void Note(string message);

    /// <summary>Something was ignored, replaced or is probably not what the user wants.</summary>
    void Warn(string message);
}

/// <summary>A step under way; disposing it ends it.</summary>
public interface IRunStep : IDisposable
{
    void Advance(long units);

    /// <summary>A short live remark beside the bar, for example <c>"loss 2.31, 19,700 tokens/s"</c>.</summary>
    void Status(string text);
}
