--- Pages for Lua programs: headings, text, tables and charts in one HTML file that needs nothing else.
local M = {}

local dygraphs = "/usr/share/javascript/dygraphs/"

local style = [[body{font:14px/1.5 system-ui,sans-serif;margin:24px auto;max-width:1180px;padding:0 16px;color:#1c2230}
h1{font-size:22px}h2{font-size:17px;margin-top:32px}.chart{width:100%;height:340px}table{border-collapse:collapse}
td,th{padding:4px 10px;text-align:right;border-bottom:1px solid #e3e6ec;font-variant-numeric:tabular-nums}
.legend{min-height:3em}td:first-child,th:first-child{text-align:left}.warning{color:#8a4b00}.wide{overflow-x:auto}]]

local function read_file(path)
  local file, why = io.open(path, "rb")
  if not file then error(("%s (Debian's package libjs-dygraphs has the charts' code)"):format(why), 0) end
  local text = file:read "*a"
  file:close()
  return text
end

local entities = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }

local function escape(text) return (tostring(text):gsub('[&<>"]', entities)) end

--- A text as one of JavaScript that cannot end the script.
local function quoted(text) return (("%q"):format(text:gsub("\n", " ")):gsub("</", "<\\/")) end

--- The series of a chart by x: points[x][series], the xs ascending, the labels, and whether x is time.
local function join(chart)
  local points, names, is_time = {}, { chart.xlabel or "x" }, false
  for s, one in ipairs(chart.series) do
    names[s + 1] = one.name or ("series " .. s)
    local x, y = one.x or "time", one.y or "equity"
    is_time = is_time or x == "time"
    for _, row in ipairs(one.rows) do
      if row[x] and row[y] then
        local point = points[row[x]] or {}
        point[s] = row[y]
        points[row[x]] = point
      end
    end
  end
  local xs = {}
  for x in pairs(points) do xs[#xs + 1] = x end
  table.sort(xs)
  return points, xs, names, is_time
end

--- The call that draws a chart into the element `id`.
local function chart_code(chart, id)
  local points, xs, names, is_time = join(chart)
  local lines = {}
  for i, x in ipairs(xs) do
    local values = { is_time and ("new Date(%.3f)"):format(x * 1000) or ("%.10g"):format(x) }
    for s = 1, #chart.series do values[s + 1] = points[x][s] and ("%.10g"):format(points[x][s]) or "null" end
    lines[i] = "[" .. table.concat(values, ",") .. "]"
  end
  for i, name in ipairs(names) do names[i] = quoted(name) end
  local options = ("labels:[%s],labelsDiv:'%slegend',connectSeparatedPoints:true,labelsUTC:true,legend:'always',"
    .. "ylabel:%s,xlabel:%s"):format(table.concat(names, ","), id, quoted(chart.ylabel or ""),
    quoted(is_time and "" or chart.xlabel or ""))
  return ("new Dygraph(document.getElementById('%s'),[%s],{%s});"):format(id, table.concat(lines, ",\n"), options)
end

local function cell(value)
  if value == nil then return "-" end
  if type(value) ~= "number" then return escape(value) end
  if value == math.floor(value) and math.abs(value) < 1e12 then return ("%d"):format(value) end
  if math.abs(value) >= 100 then return ("%.1f"):format(value) end
  return ("%.4g"):format(value)
end

local function table_html(content)
  local out = { '<div class="wide"><table><tr>' }
  for _, column in ipairs(content.columns) do out[#out + 1] = "<th>" .. escape(column) .. "</th>" end
  out[#out + 1] = "</tr>"
  for _, row in ipairs(content.rows) do
    out[#out + 1] = "<tr>"
    for _, column in ipairs(content.columns) do out[#out + 1] = "<td>" .. cell(row[column]) .. "</td>" end
    out[#out + 1] = "</tr>"
  end
  out[#out + 1] = "</table></div>"
  return table.concat(out)
end

local function section_html(section, id)
  local out = {}
  if section.heading then out[#out + 1] = "<h2>" .. escape(section.heading) .. "</h2>" end
  if section.text then out[#out + 1] = "<p>" .. escape(section.text) .. "</p>" end
  local warnings = {}
  for i, warning in ipairs(section.warnings or {}) do warnings[i] = "<li>" .. escape(warning) .. "</li>" end
  if #warnings > 0 then out[#out + 1] = '<ul class="warning">' .. table.concat(warnings) .. "</ul>" end
  if section.table then out[#out + 1] = table_html(section.table) end
  if section.chart then
    out[#out + 1] = ('<div class="legend" id="%slegend"></div><div class="chart" id="%s"></div>'):format(id, id)
  end
  return table.concat(out, "\n")
end

--- Writes a page of sections, each with any of: heading, text, warnings (a list), table = { columns = names, rows =
-- rows by column name }, chart = { series = { { name =, rows =, x = "time", y = "equity" } }, ylabel =, xlabel = }.
---@param options {path: string, title: string, sections: table[]}
---@return string path
function M.write(options)
  local body, code = {}, {}
  for i, section in ipairs(options.sections) do
    body[i] = section_html(section, "chart" .. i)
    if section.chart then code[#code + 1] = chart_code(section.chart, "chart" .. i) end
  end
  local css = read_file(dygraphs .. "dygraph.min.css")
  local script = read_file(dygraphs .. "dygraph.min.js"):gsub("//# sourceMappingURL[^\n]*", "")
  local out, why = io.open(options.path, "wb")
  if not out then error(why, 0) end
  local title = escape(options.title)
  out:write('<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>', title, "</title><style>", css, style,
    "</style></head><body><h1>", title, "</h1>", table.concat(body, "\n"), "<script>", script, "</script><script>",
    table.concat(code, "\n"), "</script></body></html>\n")
  out:close()
  return options.path
end

return M
