using System.Collections.Frozen;

namespace Evo.Merging.Planning;

/// <summary>Chat templates by name: the prompt formats that models are commonly tuned on, as Jinja.</summary>
internal static class ChatTemplates
{
    /// <summary>The template that most of the models have.</summary>
    public const string Auto = "auto";

    private const string ChatMl =
        """
        {%- for turn in messages -%}
        {{- '<|im_start|>' ~ turn['role'] ~ '\n' ~ turn['content'] ~ '<|im_end|>\n' -}}
        {%- endfor -%}
        {%- if add_generation_prompt -%}{{- '<|im_start|>assistant\n' -}}{%- endif -%}
        """;

    private const string Llama3 =
        """
        {{- bos_token -}}
        {%- for turn in messages -%}
        {{- '<|start_header_id|>' ~ turn['role'] ~ '<|end_header_id|>\n\n' ~ (turn['content'] | trim) ~ '<|eot_id|>' -}}
        {%- endfor -%}
        {%- if add_generation_prompt -%}{{- '<|start_header_id|>assistant<|end_header_id|>\n\n' -}}{%- endif -%}
        """;

    private const string Mistral =
        """
        {%- set ahead = namespace(text='', user=true) -%}
        {{- bos_token -}}
        {%- for turn in messages -%}
        {%- if turn['role'] == 'system' and loop.first -%}
        {%- set ahead.text = turn['content'] ~ '\n\n' -%}
        {%- elif turn['role'] == 'user' and ahead.user -%}
        {{- ' [INST] ' ~ ahead.text ~ turn['content'] ~ ' [/INST]' -}}
        {%- set ahead.text = '' -%}
        {%- set ahead.user = false -%}
        {%- elif turn['role'] == 'assistant' and not ahead.user -%}
        {{- ' ' ~ turn['content'] ~ eos_token -}}
        {%- set ahead.user = true -%}
        {%- else -%}
        {{- raise_exception('after an optional system message, user and assistant must take turns, the user first') -}}
        {%- endif -%}
        {%- endfor -%}
        """;

    private const string Alpaca =
        """
        {%- set titles = {'user': '### Instruction:', 'user_context': '### Input:', 'assistant': '### Response:'} -%}
        {%- for turn in messages if turn['role'] == 'system' -%}
        {%- if loop.last -%}{{- (turn['content'] | trim) ~ '\n\n' -}}{%- endif -%}
        {%- endfor -%}
        {%- for turn in messages if turn['role'] in titles -%}
        {{- titles[turn['role']] ~ '\n' ~ (turn['content'] | trim) ~ '\n\n' -}}
        {%- endfor -%}
        {%- if add_generation_prompt and messages[-1]['role'] != 'assistant' -%}{{- '### Response:\n' -}}{%- endif -%}
        """;

    private const string Exaone =
        """
        {%- if messages and messages[0]['role'] != 'system' -%}{{- '[|system|][|endofturn|]\n' -}}{%- endif -%}
        {%- for turn in messages -%}
        {{- '[|' ~ turn['role'] ~ '|]' ~ turn['content'] ~ ('\n' if turn['role'] == 'user' else '[|endofturn|]\n') -}}
        {%- endfor -%}
        {%- if add_generation_prompt -%}{{- '[|assistant|]' -}}{%- endif -%}
        """;

    public static FrozenDictionary<string, string> Named { get; } = new Dictionary<string, string>
    {
        ["alpaca"] = Alpaca, ["chatml"] = ChatMl, ["exaone"] = Exaone, ["llama3"] = Llama3, ["mistral"] = Mistral,
    }.ToFrozenDictionary();
}
