namespace Llamax.Decoding.Prompts;

/// <summary>
/// The two prompts of Stanford Alpaca, with which English instructions are tuned (LLaMAX, section 3.3) and general questions
/// asked. An empty line parts their sections; the answer begins right behind them. The published translation scripts of LLaMAX use single
/// line ends instead: see <see cref="PromptTemplate.LlamaxAlpaca"/>.
/// </summary>
public static class AlpacaPrompt
{
    /// <summary>The prompt of an instruction.</summary>
    /// <param name="instruction">What to do.</param>
    /// <param name="input">What to do it with; null or empty when the instruction says everything.</param>
    public static string Format(string instruction, string? input = null) => string.IsNullOrEmpty(input)
        ? "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n"
            + $"### Instruction:\n{instruction}\n\n### Response:"
        : "Below is an instruction that describes a task, paired with an input that provides further context. "
            + "Write a response that appropriately completes the request.\n\n"
            + $"### Instruction:\n{instruction}\n\n### Input:\n{input}\n\n### Response:";
}
