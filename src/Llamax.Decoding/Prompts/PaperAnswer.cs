namespace Llamax.Decoding.Prompts;

/// <summary>
/// The answer as the published scoring script of LLaMAX takes it from the file of outputs before it computes spBLEU and COMET: lines are
/// joined with nothing between them, and what is kept lies between the colon of <c>### Response:</c> and the next colon, so that a
/// translation which has a colon itself loses all that follows it.
/// </summary>
/// <remarks>
/// Taken over is what happens to the answer. That a sentence of the source with <c>###</c> in it also loses its answer there, and that an
/// empty answer may be taken from what the model went on to write under a heading of its own, is not.
/// </remarks>
internal static class PaperAnswer
{
    // Headings, the beginning of the next prompt, and the colon.
    private static readonly string[] Ends = ["###", "Below is an instruction that describes a task, paired with an input", ":"];

    /// <param name="generated">What a model generated after the prompt.</param>
    public static string Read(string generated)
    {
        var joined = string.Concat(generated.ReplaceLineEndings("\n").Split('\n').Select(line => line.Trim()));
        var end = Ends.Select(mark => joined.IndexOf(mark, StringComparison.Ordinal)).Where(at => at >= 0).DefaultIfEmpty(joined.Length).Min();
        return joined[..end].Trim();
    }
}
